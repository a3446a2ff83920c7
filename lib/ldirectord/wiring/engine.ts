/** Wiring: the engine that holds the table, and the look for its program that every command makes (ldirectord reference 1.2). */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '../../ipvs/model.js';

/** Genuine looks in these two places and nowhere else. */
const IPVSADM = ['/sbin/ipvsadm', '/usr/sbin/ipvsadm'];
const NFT = ['/usr/sbin/nft', '/sbin/nft'];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const isPlainFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** With -d a plain file ./ipvsadm in the working directory is preferred. */
const localProgram = (debug: boolean): string | undefined =>
  debug && isPlainFile('ipvsadm') ? resolve('ipvsadm') : undefined;

const choice = (): string => process.env.HA_SUITE_IPVS_ENGINE ?? 'auto';

/** The complaint of a command when the engine's program is missing; undefined: all is well. */
export const engineProgramProblem = (debug: boolean): string | undefined => {
  if (localProgram(debug) !== undefined || IPVSADM.some(isExecutable)) return undefined;
  if (choice() !== 'kernel' && NFT.some(isExecutable)) return undefined;
  return 'Can not find ipvsadm';
};

/** Opens the engine that environment and settings ask for. */
export const openDirectorEngine = async (debug: boolean): Promise<Engine> => {
  const local = localProgram(debug);
  if (local !== undefined || choice() === 'kernel' || existsSync('/proc/net/ip_vs')) {
    const { openKernel } = await import('../../ipvs/engines/kernel.js');
    return openKernel(local === undefined ? {} : { program: local });
  }
  const { openNft } = await import('../../ipvs/engines/nft.js');
  return openNft({ log: () => undefined });
};
