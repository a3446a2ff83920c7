/** Chooses the engine: the kernel's IPVS where there is one, nftables otherwise. */
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { ENGINES, type EngineChoice, type EngineName } from '../../config/suite.js';
import type { Log } from '../../log.js';
import { findProgram, run } from '../../platform/exec.js';
import { findIpvsadm } from '../../platform/ipvsadm-program.js';
import { seconds } from '../../time.js';
import type { Engine } from '../model.js';
import { openKernel } from './kernel.js';
import { openNft } from './nft.js';

/** The environment variable that wins over ha-suite.ini. */
export const ENGINE_VARIABLE = 'HA_SUITE_IPVS_ENGINE';

const isChoice = (text: string): text is EngineChoice => ENGINES.some((choice) => choice === text);

/** The choice that counts: that of the environment, else that of the configuration. An unknown word there is said and ignored. */
export const effectiveChoice = (
  configured: EngineChoice,
  environment: Readonly<Record<string, string | undefined>>,
  log: Log,
): EngineChoice => {
  const word = environment[ENGINE_VARIABLE];
  if (word === undefined || word === '') return configured;
  if (isChoice(word)) return word;
  log('WARN', `${ENGINE_VARIABLE}=${word} is none of ${ENGINES.join(', ')}: ignored`);
  return configured;
};

const IP_VS = '/proc/net/ip_vs';

/** Whether this kernel has ip_vs, loading the module when it can be loaded. */
const hasIpvs = async (): Promise<boolean> => {
  if (existsSync(IP_VS)) return true;
  const modprobe = findProgram('modprobe');
  // Without a list of modules there is nothing to load, and asking takes time at each start of a command.
  const modules = existsSync(`/lib/modules/${release()}/modules.dep`);
  if (modprobe !== undefined && modules) await run(modprobe, ['-q', 'ip_vs'], { timeout: seconds(10) });
  return existsSync(IP_VS);
};

/** What `auto` comes to on this machine, and why. */
const automatic = async (): Promise<{ readonly choice: 'kernel' | 'nft'; readonly why: string }> => {
  if (!(await hasIpvs())) return { choice: 'nft', why: 'this kernel has no ip_vs' };
  if (findIpvsadm() === undefined) return { choice: 'nft', why: 'ip_vs is there but the ipvsadm package is not' };
  return { choice: 'kernel', why: 'ip_vs is there' };
};

/** Whether ip_vs is there or could be loaded; unlike `hasIpvs` it loads nothing. */
const couldHaveIpvs = async (): Promise<boolean> => {
  if (existsSync(IP_VS)) return true;
  const modprobe = findProgram('modprobe');
  if (modprobe === undefined) return false;
  const { code } = await run(modprobe, ['-n', '-q', 'ip_vs'], { timeout: seconds(10) });
  return code === 0;
};

export interface OpenOptions {
  /** `[ipvs] engine` of ha-suite.ini. */
  readonly choice: EngineChoice;
  readonly log: Log;
  /** Default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The engine that is to be used, with a line in the log that says which and why. */
export const chooseEngine = async ({ choice, log, environment = process.env }: OpenOptions): Promise<EngineName> => {
  const wanted = effectiveChoice(choice, environment, log);
  if (wanted !== 'auto') return wanted;
  const found = await automatic();
  log('info', `ipvs engine: ${found.choice} (${found.why})`);
  return found.choice;
};

/** The engine that `chooseEngine` would come to, without a word and without loading anything. */
export const foreseeEngine = async (
  configured: EngineChoice,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<EngineName> => {
  const wanted = effectiveChoice(configured, environment, () => undefined);
  if (wanted !== 'auto') return wanted;
  return findIpvsadm() !== undefined && (await couldHaveIpvs()) ? 'kernel' : 'nft';
};

/** How each engine is opened. */
const OPENERS: Readonly<Record<EngineName, (log: Log) => Engine>> = {
  kernel: () => openKernel(),
  nft: (log) => openNft({ log }),
};

/** Opens the chosen engine. What it needs is only looked for when it is used, so opening never fails. */
export const openEngine = async (options: OpenOptions): Promise<Engine> =>
  OPENERS[await chooseEngine(options)](options.log);
