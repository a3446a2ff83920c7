/** Asks the system whether a path can be executed. */
import { accessSync, constants, statSync } from 'node:fs';

/** Whether we may execute what stands at the path. */
export const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether a regular file (or a link to one) stands there that we may execute. */
export const isExecutableFile = (path: string): boolean => {
  try {
    return statSync(path).isFile() && isExecutable(path);
  } catch {
    return false;
  }
};
