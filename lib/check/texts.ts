/** The texts of the files in a folder, as they are read: nothing here knows what they mean. */
import type { World } from '../ha/sub-command.js';

const NOT_THERE = 'No such file or directory';

/** Reads a file, with one byte per character. */
export type Reader = World['read'];

/** A file as it was asked for: its text, or why there is none. */
export interface Asked {
  readonly path: string;
  readonly text: string | undefined;
  /** Undefined where it is simply not there. */
  readonly problem: string | undefined;
}

/** Reads a file; that it is not there is no problem yet. */
export const ask = (read: Reader, path: string): Asked => {
  const result = read(path);
  if ('text' in result) return { path, text: result.text, problem: undefined };
  return { path, text: undefined, problem: result.problem === NOT_THERE ? undefined : result.problem };
};

/** The texts come with one byte per character. */
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The texts of one node; ldirectord.cf is found by what haresources says. */
export interface Texts {
  readonly haCf: Asked;
  readonly authKeys: Asked;
  readonly haResources: Asked;
  readonly suite: Asked;
  readonly nodeInfo: string | undefined;
}

/** The files of heartbeat, and ours, below a folder. */
export const readTexts = (read: Reader, dir: string): Texts => ({
  haCf: ask(read, `${dir}/ha.cf`),
  authKeys: ask(read, `${dir}/authkeys`),
  haResources: ask(read, `${dir}/haresources`),
  suite: ask(read, `${dir}/ha-suite.ini`),
  nodeInfo: ask(read, `${dir}/nodeinfo`).text,
});
