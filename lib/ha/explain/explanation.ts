/** What `ha explain` answers: why something is as it is, which line decides it, and what would change it. */

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const EXPLANATION_VERSION = 1;

export interface Subject {
  readonly kind: 'address' | 'resource' | 'node' | 'virtual' | 'real' | 'fallback';
  /** As the daemons name it. */
  readonly name: string;
}

/** A line of a file that decides, or the default where no line does. */
export interface Decision {
  readonly file: string;
  /** Counts from 1; null: the file has no such line, and the default of the directive decides. */
  readonly line: number | null;
  /** `deadtime`, `failurecount`; `group` is a line of haresources. */
  readonly directive: string;
  /** The line as it stands there, when the file could be read. */
  readonly text: string | null;
}

/** What one reason adds. All texts are sentences. */
export interface Part {
  readonly because?: readonly string[];
  readonly notElsewhere?: readonly string[];
  readonly decidedBy?: readonly Decision[];
  readonly wouldChange?: readonly string[];
}

export interface Explanation extends Required<Part> {
  readonly subject: Subject;
  /** How it is, in one sentence. */
  readonly what: string;
}

const unique = <T>(values: readonly T[]): readonly T[] => {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = JSON.stringify(value);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
};

/** All parts together, in their order; what several of them say is said once. */
export const explanation = (subject: Subject, what: string, parts: readonly Part[]): Explanation => ({
  subject,
  what,
  because: unique(parts.flatMap(({ because = [] }) => because)),
  notElsewhere: unique(parts.flatMap(({ notElsewhere = [] }) => notElsewhere)),
  decidedBy: unique(parts.flatMap(({ decidedBy = [] }) => decidedBy)),
  wouldChange: unique(parts.flatMap(({ wouldChange = [] }) => wouldChange)),
});
