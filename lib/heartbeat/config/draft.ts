/** ha.cf while it is being read: what has been said so far, and how a directive reports what is wrong. */
import type { Diagnostic, Located } from '../../config/diagnostic.js';
import { diagnosticAt, type Source, type Word } from '../../config/source.js';
import type { Millis } from '../../time.js';
import type { Environment } from './environment.js';
import type { ApiAuth, AutoFailback, ClientCommand, HaConfig, Medium } from './model.js';
import { genuineText, logged, type StartLine } from './start-line.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Values are absent until a directive sets them; defaults are applied when the whole file has been read. */
export interface Draft {
  readonly nodes: Located<string>[];
  readonly media: Located<Medium>[];
  readonly clients: Located<ClientCommand>[];
  readonly apiAuth: Located<ApiAuth>[];
  readonly environment: Record<string, string>;
  readonly parameters: Record<string, string>;
  readonly set: Partial<
    Mutable<Omit<HaConfig, 'nodes' | 'media' | 'clients' | 'apiAuth' | 'environment' | 'parameters' | 'compression'>>
  > & {
    compressionAlgorithm?: HaConfig['compression']['algorithm'];
    /** In kilobytes. */
    compressionThreshold?: number;
    traditionalCompression?: boolean;
    autoFailback?: AutoFailback;
    deadping?: Millis;
  };
  /** Where a directive last stood, whether it was right or wrong. */
  readonly seen: Map<string, Word>;
  /** Directives with an error: checks that depend on their values are left out. */
  readonly broken: Set<string>;
  baud: number | undefined;
}

export const emptyDraft = (): Draft => ({
  nodes: [],
  media: [],
  clients: [],
  apiAuth: [],
  environment: {},
  parameters: {},
  set: {},
  seen: new Map(),
  broken: new Set(),
  baud: undefined,
});

/** What is said about a word. `genuine` are the lines that the genuine daemon prints; none: it fails silently. */
export interface Said {
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly genuine?: readonly StartLine[];
}

/** What a directive works with. */
export interface Context {
  readonly env: Environment;
  readonly draft: Draft;
  readonly directive: string;
  /** Lines that the genuine daemon prints although nothing is wrong. */
  readonly say: (lines: readonly StartLine[]) => void;
  /** An error that genuine finds too. */
  readonly fail: (under: Word, said: Said) => void;
  /** An error that only we find; it is printed in our own words, and the daemon does not start. */
  readonly refuse: (under: Word, said: Omit<Said, 'genuine'>) => void;
  readonly warn: (under: Word, said: Said) => void;
}

export interface Report {
  readonly diagnostics: Diagnostic[];
  readonly lines: StartLine[];
}

/** The context of one directive, writing into `report`. */
export const contextOf = (
  source: Source,
  env: Environment,
  draft: Draft,
  report: Report,
  directive: string,
): Context => {
  const add = (severity: Diagnostic['severity'], under: Word, said: Said): void => {
    const { genuine = [], ...finding } = said;
    report.lines.push(...genuine);
    report.diagnostics.push(diagnosticAt(source, severity, under, { ...finding, genuine: genuineText(genuine) }));
  };
  return {
    env,
    draft,
    directive,
    say: (lines) => report.lines.push(...lines),
    fail: (under, said) => {
      draft.broken.add(directive);
      add('error', under, said);
    },
    refuse: (under, said) => {
      draft.broken.add(directive);
      report.lines.push(...logged('ERROR', `${said.message} (${under.at.file}:${under.at.line})`));
      add('error', under, said);
    },
    warn: (under, said) => add('warning', under, said),
  };
};

/** A directive: applied to each word of its line, or to the rest of the line as a whole. */
export type Directive =
  | { readonly kind: 'words'; readonly apply: (context: Context, word: Word) => void }
  | {
      readonly kind: 'line';
      readonly apply: (context: Context, words: readonly Word[], rest: Word) => void;
    };
