/** Files that another program writes and removes while we look. */
import { readFileSync } from 'node:fs';

/** The text of a file; empty when there is none at this moment (asking first whether it is there would be a race). */
export const textOf = (path: string, encoding: 'utf8' | 'latin1' = 'utf8'): string => {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
};
