/** Wiring: the engine that holds the table, and the look for its program that every command makes (ldirectord reference 1.2). */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '../../ipvs/model.js';
import type { Log } from '../../log.js';

/** Genuine looks in these two places and nowhere else. */
const IPVSADM = ['/sbin/ipvsadm', '/usr/sbin/ipvsadm'];
const NFT = ['/usr/sbin/nft', '/sbin/nft'];

/** As in lib/ipvs/engines/open.ts, which is not loaded for commands that only look at a pid file. */
const ENGINE_VARIABLE = 'HA_SUITE_IPVS_ENGINE';

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

/** The complaint of a command when the engine's program is missing; undefined: all is well. */
export const engineProgramProblem = (debug: boolean): string | undefined => {
  if (localProgram(debug) !== undefined || IPVSADM.some(isExecutable)) return undefined;
  // Without ipvsadm `auto` comes to nft, which has a program of its own.
  if (process.env[ENGINE_VARIABLE] !== 'kernel' && NFT.some(isExecutable)) return undefined;
  return 'Can not find ipvsadm';
};

/** Opens the engine that environment and settings ask for. */
export const openDirectorEngine = async (debug: boolean, log: Log): Promise<Engine> => {
  const { openEngine } = await import('../../ipvs/engines/open.js');
  const { configuredChoice } = await import('../../ipvs/engines/configured.js');
  const local = localProgram(debug);
  if (local === undefined) return openEngine({ choice: configuredChoice(log), log });
  const { openKernel } = await import('../../ipvs/engines/kernel.js');
  return openKernel({ program: local });
};
