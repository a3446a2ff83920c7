/** Which ldirectord.cf files belong to a cluster, and what they hold. */
import type { ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import { decodeBytes } from '../ldirectord/config/bytes.js';
import { splitCommandLine } from '../ldirectord/shell-line.js';
import type { LostDirector } from './facts.js';
import type { TextFile } from './machine.js';
import { ask, bytesOf, type Reader } from './texts.js';

const ETC = '/etc/ha.d/';

/** What ldirectord takes when it is given no word. */
export const DEFAULT_WORD = 'ldirectord.cf';

/**
 * Where ldirectord looks for a configuration word (ldirectord reference 1.3), with `dir` in place of /etc/ha.d. In a folder
 * with what was fetched from another node (`flat`) the file may also lie beside the others, and is nowhere else.
 */
export const directorPaths = (dir: string, word: string, flat = false): readonly string[] => {
  const inside = word.startsWith(ETC) ? [`${dir}/${word.slice(ETC.length)}`] : [];
  const usual = word.startsWith('/') ? inside : [`${dir}/${word}`, `${dir}/conf/${word}`];
  if (flat) return [...new Set([...usual, `${dir}/${word.split('/').at(-1)}`])];
  return word.startsWith('/') ? [...new Set([...inside, word])] : usual;
};

/** Where the file of another instance may be: the first word of an `execute=` is what ldirectord is started with. */
export const instancePaths = (dir: string, execute: string): readonly string[] => {
  const split = splitCommandLine(execute);
  const word = split.kind === 'words' ? split.words[0] : undefined;
  return word === undefined ? [] : directorPaths(dir, word);
};

/** What an ldirectord of haresources is started with. */
export const wordOf = ({ args }: ResourceSpec): string => args[0] ?? DEFAULT_WORD;

/** Every ldirectord of haresources, in its order. */
export const directorResources = (groups: readonly ResourceGroup[]): readonly ResourceSpec[] =>
  groups.flatMap(({ resources }) => resources.filter(({ agent }) => agent === 'ldirectord'));

/** A text, and the word that leads to it. */
export interface DirectorText extends TextFile {
  readonly word: string;
}

/** The first of these paths that can be read, with its text; `problem` is of the first that is there and cannot be. */
const firstReadable = (
  read: Reader,
  paths: readonly string[],
): { readonly path: string; readonly text?: string; readonly problem?: string } | undefined => {
  for (const path of paths) {
    const { text, problem } = ask(read, path);
    if (text !== undefined) return { path, text };
    if (problem !== undefined) return { path, problem };
  }
  return undefined;
};

/** Files that are there, and why they cannot be read. */
export const unreadableDirectors = (
  read: Reader,
  dir: string,
  words: readonly string[],
): readonly { readonly path: string; readonly problem: string }[] =>
  [...new Set(words)].flatMap((word) => {
    const { path = '', problem } = firstReadable(read, directorPaths(dir, word)) ?? {};
    return problem === undefined ? [] : [{ path, problem }];
  });

/** The texts for these words, each file once. */
export const directorTexts = (
  read: Reader,
  dir: string,
  words: readonly string[],
  flat = false,
): readonly DirectorText[] => {
  const found = new Map<string, DirectorText>();
  for (const word of words) {
    const { path = '', text } = firstReadable(read, directorPaths(dir, word, flat)) ?? {};
    if (text !== undefined && !found.has(path)) found.set(path, { path, word, text: decodeBytes(bytesOf(text)) });
  }
  return [...found.values()];
};

/** Every ldirectord of haresources whose file is in none of its places. */
export const lostDirectors = (read: Reader, dir: string, groups: readonly ResourceGroup[]): readonly LostDirector[] =>
  directorResources(groups).flatMap((resource) => {
    const word = wordOf(resource);
    const tried = directorPaths(dir, word);
    if (firstReadable(read, tried) !== undefined) return [];
    const withEnding = `${word}.cf`;
    const isThere = directorPaths(dir, withEnding).some((path) => ask(read, path).text !== undefined);
    return [{ resource, tried, suggestion: isThere ? `ldirectord::${withEnding}` : undefined }];
  });
