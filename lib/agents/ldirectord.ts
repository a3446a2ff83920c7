/** ldirectord: hands the virtual services to our ldirectord command, or to the genuine one where ours is not installed. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { findProgram, run } from '../platform/exec.js';
import { seconds } from '../time.js';
import type { Agent, AgentContext, AgentResult } from './agent.js';
import { directorPlaces } from './director-places.js';
import { ownCommand } from './own-folder.js';

/** LSB exit codes of status, as ldirectord itself uses them (ldirectord reference 1.5). */
const STALE = 1;
const STOPPED = 3;

/** The name under which a configuration runs, and where it is (ldirectord reference 1.3, 1.4). */
const configOf = (word: string | undefined): { readonly name: string; readonly path: string } => {
  const name = word === undefined ? 'ldirectord' : basename(word);
  const places = directorPlaces(word, '/etc/ha.d');
  return { name, path: places.find((path) => existsSync(path)) ?? places[0] };
};

/** The pid that a pid file names when it is that of a running ldirectord. */
const runningPid = (pidFile: string): { readonly pid?: number; readonly stale: boolean } => {
  let line: string;
  try {
    line = readFileSync(pidFile, 'latin1').split('\n')[0]?.trim() ?? '';
  } catch {
    return { stale: false };
  }
  if (!/^\d+$/.test(line)) return { stale: false };
  try {
    return readFileSync(`/proc/${line}/cmdline`, 'latin1').includes('ldirectord')
      ? { pid: Number(line), stale: false }
      : { stale: true };
  } catch {
    return { stale: true };
  }
};

/** The pid file answers without starting a process, and also while the configuration cannot be read. */
const status = (word: string | undefined): AgentResult => {
  const { name, path } = configOf(word);
  const pidFile = `/var/run/ldirectord.${name}.pid`;
  const { pid, stale } = runningPid(pidFile);
  if (pid !== undefined) return { code: 0, output: `ldirectord for ${path} is running with pid: ${pid}` };
  if (stale) {
    return {
      code: STALE,
      output: `ldirectord stale pid file ${pidFile} for ${path}\nldirectord is stopped for ${path}`,
    };
  }
  return { code: STOPPED, output: `ldirectord is stopped for ${path}` };
};

/** How to call ldirectord: program and first arguments. */
export const ldirectordCommand = (): readonly string[] | undefined => {
  const ours = ownCommand('ldirectord-ts');
  if (ours !== undefined) return [process.execPath, ours];
  const genuine = findProgram('ldirectord');
  return genuine === undefined ? undefined : [genuine];
};

const call = async (words: readonly string[], verb: 'start' | 'stop', context: AgentContext): Promise<AgentResult> => {
  const [program, ...first] = ldirectordCommand() ?? [];
  if (program === undefined) return { code: 5, output: 'ldirectord is not installed' };
  const result = await run(program, [...first, ...words, verb], {
    ...{ timeout: seconds(120), signal: context.signal, cwd: '/', linger: true },
  });
  const output = (result.stdout + result.stderr).trimEnd();
  if (result.startError !== undefined) return { code: 126, output: `${program}: ${result.startError}` };
  return { code: result.code ?? 1, output };
};

export const ldirectord: Agent = {
  name: 'ldirectord',
  run: async (verb, args, context) => {
    const words = args.slice(0, 1);
    if (verb === 'start' || verb === 'stop') return call(words, verb, context);
    return status(words[0]);
  },
};
