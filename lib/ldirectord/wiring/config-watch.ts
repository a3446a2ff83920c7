/** Wiring: notices that the configuration file has changed: by its time first, then by its content (ldirectord reference 5.6). */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** What a look at the file says. `gone` is said once. */
export type FileNews = 'same' | 'changed' | 'gone';

export interface ConfigWatch {
  /** Takes the present file as known. */
  readonly remember: () => void;
  readonly look: () => FileNews;
}

export const watchConfig = (path: string): ConfigWatch => {
  let time: number | undefined;
  let digest: string | undefined;
  let missing = false;
  const timeOf = (): number => statSync(path).mtimeMs;
  const digestOf = (): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return {
    remember: () => {
      try {
        time = timeOf();
        digest = digestOf();
        missing = false;
      } catch {
        time = undefined;
      }
    },
    look: () => {
      try {
        const seen = timeOf();
        missing = false;
        if (seen === time) return 'same';
        time = seen;
        const content = digestOf();
        if (content === digest) return 'same';
        digest = content;
        return 'changed';
      } catch {
        if (missing) return 'same';
        missing = true;
        return 'gone';
      }
    },
  };
};
