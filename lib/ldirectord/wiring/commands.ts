/** Wiring: the programs that the configuration names — fallback commands, the callback, other instances. */
import { resolve } from 'node:path';
import type { Log } from '../../log.js';
import { findProgram, run } from '../../platform/exec.js';
import { failureText } from '../../platform/exec-failure.js';
import { isExecutableFile } from '../../platform/executable.js';
import { seconds } from '../../time.js';
import type { FallbackCall } from '../director.js';
import type { InstanceCall } from '../instances.js';
import { asArguments, withArguments } from '../shell-line.js';

/** Genuine waits without limit and stands still meanwhile. */
const TIMEOUT = seconds(60);

/** Runs one program and logs its failure; resolves with whether it has ended well. */
const runWords = async (words: readonly string[], log: Log): Promise<boolean> => {
  const [program = '', ...args] = words;
  const path = program.includes('/') ? program : findProgram(program);
  const text = words.join(' ');
  log('debug', `Running system(${text})`);
  if (path === undefined) {
    log('ERROR', `system(${text}) failed: No such file or directory`);
    return false;
  }
  const result = await run(path, args, { timeout: TIMEOUT, maxOutput: 4096 });
  if (result.code === 0) return true;
  log('ERROR', `system(${text}) failed: ${failureText(result, TIMEOUT)}`);
  return false;
};

/** Runs jobs with the same key one after the other, and all others side by side. */
const createLanes = (): ((key: string, job: () => Promise<unknown>) => Promise<void>) => {
  const lanes = new Map<string, Promise<void>>();
  return (key, job) => {
    const lane = (lanes.get(key) ?? Promise.resolve()).then(async () => {
      await job();
    });
    lanes.set(key, lane);
    return lane;
  };
};

/** Runs fallback commands one after the other for each virtual, so that a stop never overtakes its start (reference 4.7). */
export const createFallbackRunner = (log: Log): ((calls: readonly FallbackCall[]) => void) => {
  const inLane = createLanes();
  return (calls) => {
    for (const { virtualId, command, args } of calls)
      void inLane(virtualId, () => runWords(withArguments(command, args), log));
  };
};

/**
 * What runs the other instances of execute=: this very program. Genuine takes the first `ldirectord` it finds; but two
 * programs with different engines and different bugs on one table are nobody's wish.
 */
export const ourselves = (program: string): readonly string[] => [process.execPath, resolve(program)];

/**
 * Runs the commands of other instances one after the other, as genuine does, but in the background; resolves when these
 * and all earlier ones have ended.
 */
export const createInstanceRunner = (
  program: readonly string[],
  log: Log,
): ((calls: readonly InstanceCall[]) => Promise<void>) => {
  const inLane = createLanes();
  const call = async ({ value, command, otherwise }: InstanceCall): Promise<void> => {
    const isDone = await runWords(asArguments(program, value, command), log);
    if (!isDone && otherwise !== undefined) await runWords(asArguments(program, value, otherwise), log);
  };
  return async (calls) => {
    await Promise.all(calls.map((one) => inLane('instances', () => call(one))));
  };
};

/** Tells the callback that the configuration file has changed; only a whole executable path counts (reference 5.6). */
export const runCallback = async (callback: string | undefined, configPath: string, log: Log): Promise<void> => {
  if (callback !== undefined && isExecutableFile(callback)) await runWords([callback, configPath], log);
};
