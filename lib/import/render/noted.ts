/** Lines of generated files with comments that say where they come from. */
import type { Position } from '../../config/diagnostic.js';
import type { Line } from '../plan.js';

export interface Sources {
  /** The comment at the top of every file, with sentences of its own and a blank line behind. */
  readonly head: (...sentences: readonly string[]) => readonly string[];
}

/** What a comment can hold of a file name. */
const plain = (name: string): string => name.replace(/^.*\//s, '').replace(/[^\w.@+-]/g, '?');

/** `keepalived.conf:12`, safe in a comment. */
export const placeText = (position: Position): string => `${plain(position.file)}:${position.line}`;

/** `files` are the names of the imported ones. */
export const sourcesOf = (files: readonly string[]): Sources => ({
  head: (...sentences) => [
    `# Made by ha import from ${files.map(plain).join(' and ')}.`,
    ...sentences.map((sentence) => `# ${sentence}`),
    '',
  ],
});

/** Each line below a comment with its place; lines from the same place share it. */
export const noted = (lines: readonly Line[]): readonly string[] =>
  lines.flatMap(({ text, from }, index) => {
    const same = from !== undefined && lines[index - 1]?.from === from;
    return from === undefined || same ? [text] : [`# ${placeText(from)}`, text];
  });
