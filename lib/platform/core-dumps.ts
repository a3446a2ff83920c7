/** Lets this process, and what it starts, leave core dumps, in the folder kept for them (heartbeat reference 1.2, 9.3). */
import { loadNative } from './native.js';

/** sys/resource.h */
const RLIMIT_CORE = 4;

/**
 * With `allowed` the limit of the system applies and this process moves to the folder of dumps; otherwise nothing is
 * dumped. Never rejects: a node serves as well without dumps.
 */
export const prepareCoreDumps = async (allowed: boolean, folder: string): Promise<void> => {
  (await loadNative())?.setSoftLimit(RLIMIT_CORE, allowed ? 'hard' : 'none');
  if (!allowed) return;
  try {
    process.chdir(folder);
  } catch {
    // No such folder: the dump stands where we are.
  }
};
