/** What the genuine daemon prints while it reads its configuration, line by line. */
import type { Priority } from '../../log.js';

/** A log line, or text that goes to standard error as it is (its newline, if any, is part of it). */
export type StartLine =
  | { readonly to: 'log'; readonly priority: Priority; readonly text: string }
  | { readonly to: 'stderr'; readonly text: string };

export const logged = (priority: Priority, ...texts: readonly string[]): readonly StartLine[] =>
  texts.map((text) => ({ to: 'log', priority, text }));

export const raw = (text: string): readonly StartLine[] => [{ to: 'stderr', text }];

/** The texts of some lines, as the `genuine` member of a diagnostic holds them. */
export const genuineText = (lines: readonly StartLine[]): string | undefined =>
  lines.length === 0 ? undefined : lines.map((line) => line.text.replace(/\n$/, '')).join('\n');
