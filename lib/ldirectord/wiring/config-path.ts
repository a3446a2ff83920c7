/** Wiring: which file a configuration word means, and what its pid file is called (ldirectord reference 1.3, 1.4). */
import { statSync } from 'node:fs';

const DEFAULT_WORD = 'ldirectord.cf';

/** Folders that win over the working directory. */
const FOLDERS = ['/etc/ha.d', '/etc/ha.d/conf'];

const isPlainFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The file, in the spelling that messages use; undefined when there is none. No suffix is ever added or removed. */
export const findConfig = (word: string | undefined): string | undefined => {
  const name = word ?? DEFAULT_WORD;
  return [...FOLDERS.map((folder) => `${folder}/${name}`), name].find(isPlainFile);
};

/** The word that stands in "Config file … not found". */
export const configWordText = (word: string | undefined): string => word ?? DEFAULT_WORD;

/** The last component of the word as typed; `ldirectord`, without .cf, when none was given. */
export const configName = (word: string | undefined): string =>
  word === undefined ? 'ldirectord' : (word.split('/').at(-1) ?? word);

export const pidFilePath = (name: string): string => `/var/run/ldirectord.${name}.pid`;
