/** Wiring: the engine that holds the table, and the look for its program that every command makes (ldirectord reference 1.2). */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../config/diagnostic.js';
import type { SuiteConfig } from '../../config/suite.js';
import type { CountLoads } from '../../ipvs/engines/connections.js';
import type { Engine } from '../../ipvs/model.js';
import type { Log } from '../../log.js';
import { isExecutable } from '../../platform/executable.js';
import { findIpvsadm } from '../../platform/ipvsadm-program.js';
import type { DirectorConfig } from '../config/model.js';
import { nftMisfit } from '../engine-fit.js';

/** Genuine looks in these two places and nowhere else. */
const IPVSADM = ['/sbin/ipvsadm', '/usr/sbin/ipvsadm'];
const NFT = ['/usr/sbin/nft', '/sbin/nft'];

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
export const engineProgramProblem = async (debug: boolean): Promise<string | undefined> => {
  if (localProgram(debug) !== undefined || IPVSADM.some(isExecutable)) return undefined;
  // Without ipvsadm `auto` comes to nft, which has a program of its own. Only this rare case needs the settings.
  const [{ engineChoice }, { loadSuite }] = await Promise.all([
    import('../../config/suite.js'),
    import('../../platform/suite-file.js'),
  ]);
  const { engine } = engineChoice(loadSuite().value, process.env);
  return engine !== 'kernel' && NFT.some(isExecutable) ? undefined : 'Can not find ipvsadm';
};

/** What the engine that would be used here cannot do for a configuration, for `check`. */
export const engineFindings = async (
  config: DirectorConfig,
  lineText: (line: number) => string,
): Promise<readonly Diagnostic[]> => {
  const [{ foreseeEngine }, { localAddresses }, { loadSuite }] = await Promise.all([
    import('../../ipvs/engines/open.js'),
    import('../../ipvs/engines/local-addresses.js'),
    import('../../platform/suite-file.js'),
  ]);
  if ((await foreseeEngine(loadSuite().value.ipvs.engine)) !== 'nft') return [];
  const misfit = nftMisfit(config, localAddresses(), lineText);
  return misfit === undefined ? [] : [misfit];
};

/** Opens the engine that environment and settings ask for. */
export const openDirectorEngine = async (debug: boolean, suite: SuiteConfig, log: Log): Promise<Engine> => {
  const { openEngine } = await import('../../ipvs/engines/open.js');
  const local = localProgram(debug);
  if (local === undefined) return openEngine({ choice: suite.ipvs.engine, log });
  const { openKernel } = await import('../../ipvs/engines/kernel.js');
  return openKernel({ program: local });
};

/** Opens what counts the connections of the table of that engine; which one that is has been said already. */
export const openDirectorLoads = async (debug: boolean, suite: SuiteConfig): Promise<CountLoads> => {
  const { kernelLoads, loadsOf } = await import('../../ipvs/engines/connections.js');
  const local = localProgram(debug);
  return local === undefined ? loadsOf(suite.ipvs.engine, () => undefined) : kernelLoads(() => local);
};

/**
 * Opens what a shadow reads: the table that the genuine program keeps, through the ipvsadm that it calls. Where that is
 * our own ipvsadm, the table is where that one keeps it.
 */
export const openGenuineEngine = async (debug: boolean, suite: SuiteConfig): Promise<Pick<Engine, 'read'>> => {
  const program = localProgram(debug) ?? IPVSADM.find(isExecutable);
  if (findIpvsadm(() => program) === undefined) return openDirectorEngine(debug, suite, () => undefined);
  const { openKernel } = await import('../../ipvs/engines/kernel.js');
  return openKernel(program === undefined ? {} : { program });
};
