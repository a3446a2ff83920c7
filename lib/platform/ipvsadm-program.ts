/** Where the genuine ipvsadm stands: also after ha-suite-divert-ipvsadm(8) has put ours in its place. */
import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { findProgram } from './exec.js';

/** The name that dpkg-divert(1) gives to a file that it moves out of the way. */
const DIVERTED = 'ipvsadm.distrib';

/** Whether a path leads to our own command, which would call itself without end. */
const isOurs = (path: string): boolean => {
  try {
    return basename(realpathSync(path)).startsWith('ha-ipvsadm');
  } catch {
    return false;
  }
};

/** The absolute path of the genuine ipvsadm, or undefined when it is not installed. */
export const findIpvsadm = (find = findProgram): string | undefined =>
  [find(DIVERTED), find('ipvsadm')].find((path) => path !== undefined && !isOurs(path));
