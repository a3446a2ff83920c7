/**
 * Whether two nodes have the same configuration files, found out without showing them.
 *
 * Some of these files hold passwords, and the messages of the cluster can be read by everybody on the wire. A bare digest
 * would let him try passwords; so what is told is a digest under the key that signs the messages, of a digest of the file.
 * authkeys itself is never told of: that the messages are believed shows already that both nodes have the same key.
 */
import { createHash, createHmac } from 'node:crypto';
import type { AuthKey, AuthKeys } from '../heartbeat/config/model.js';
import type { FileReport, NodeReport } from './report.js';

/** Digests of files by their name in /etc/ha.d; they never leave the node. */
export type Digests = ReadonlyMap<string, string>;

/** `unknown`: more files were there than fitted into the message. */
export type FileVerdict = 'same' | 'differs' | 'only here' | 'only there' | 'unknown';

export interface FileComparison {
  readonly name: string;
  readonly is: FileVerdict;
}

/** Lines that may differ between nodes that mean the same: each names the address of the other one. */
const OWN_LINES: Readonly<Record<string, RegExp>> = { 'ha.cf': /^\s*ucast6?\s/ };

/** What counts of a file: not its comments, empty lines and blanks at the end of lines, and not what must differ. */
const substanceOf = (name: string, text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !/^\s*(?:[#;]|$)/.test(line) && OWN_LINES[name]?.test(line) !== true)
    .join('\n');

/** The digest of a file (its bytes as latin1 text). */
export const digestOf = (name: string, text: string): string =>
  createHash('sha256').update(substanceOf(name, text), 'latin1').digest('hex');

const sealed = (digest: string, name: string, { key }: AuthKey): string =>
  createHmac('sha256', Buffer.from(key, 'latin1')).update(`ha-suite file ${name} ${digest}`).digest('hex');

/** The digests as they go over the wire. */
export const sealedFiles = (digests: Digests, key: AuthKey): readonly FileReport[] =>
  [...digests].map(([name, digest]) => ({ name, digest: sealed(digest, name, key) }));

/**
 * Our files beside those of the other node, by name. Empty while ours have not been read, or without the key of the report.
 */
export const comparedFiles = (
  own: Digests,
  { files, key, left }: Pick<NodeReport, 'files' | 'key' | 'left'>,
  keys: Pick<AuthKeys, 'keys'>,
): readonly FileComparison[] => {
  const authKey = keys.keys.get(key);
  if (authKey === undefined || own.size === 0) return [];
  const told = new Map(files.map(({ name, digest }) => [name, digest]));
  const verdict = (name: string): FileVerdict => {
    const [ours, theirs] = [own.get(name), told.get(name)];
    if (ours === undefined) return 'only there';
    if (theirs === undefined) return left.files > 0 ? 'unknown' : 'only here';
    return sealed(ours, name, authKey) === theirs ? 'same' : 'differs';
  };
  return [...new Set([...own.keys(), ...told.keys()])].map((name) => ({ name, is: verdict(name) }));
};
