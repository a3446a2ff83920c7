/** What a Perl pattern consists of, as far as it is translated. Everything works on bytes. */

/** 256 flags: which byte values an atom matches. */
export type ByteSet = readonly boolean[];

export type Node =
  | { readonly kind: 'bytes'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly branches: readonly Node[] }
  | { readonly kind: 'capture'; readonly id: number; readonly body: Node }
  | { readonly kind: 'atomic'; readonly body: Node }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly body: Node }
  | {
      readonly kind: 'repeat';
      readonly body: Node;
      readonly min: number;
      readonly max: number;
      readonly mode: 'greedy' | 'lazy' | 'possessive';
    }
  /** Stands for text without a width, already in JavaScript's notation. */
  | { readonly kind: 'assertion'; readonly source: string }
  | { readonly kind: 'reference'; readonly id: number; readonly offset: number };

/** The end of the text, or the place before a newline that ends it. */
export const END = '(?=\\n?$)';

/** The parts a node is made of. */
export const childrenOf = (node: Node): readonly Node[] => {
  switch (node.kind) {
    case 'sequence':
      return node.parts;
    case 'choice':
      return node.branches;
    case 'capture':
    case 'atomic':
    case 'look':
    case 'repeat':
      return [node.body];
    case 'bytes':
    case 'assertion':
    case 'reference':
      return [];
  }
};

/** Why a pattern cannot be used; `offset` counts characters of the pattern. */
export interface PatternTrouble {
  readonly offset: number;
  readonly message: string;
  /** `invalid`: Perl refuses it too; `unsupported`: Perl would take it. */
  readonly reason: 'invalid' | 'unsupported';
}

/** Carries trouble out of the recursive parser; never leaves this folder. */
export class PatternError extends Error {
  constructor(readonly trouble: PatternTrouble) {
    super(trouble.message);
  }
}

export const invalid = (offset: number, message: string): never => {
  throw new PatternError({ offset, message, reason: 'invalid' });
};

export const unsupported = (offset: number, what: string): never => {
  throw new PatternError({ offset, message: `${what} cannot be used here`, reason: 'unsupported' });
};
