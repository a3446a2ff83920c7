/**
 * Looks up host names in a process of its own: the system's resolver blocks its thread for as long as a name server is
 * silent, and node waits for such threads when it ends. A process can be killed.
 */
import type { Family } from '../ipvs/model.js';
import type { Millis } from '../time.js';
import { run } from './exec.js';

export interface HostName {
  readonly name: string;
  readonly family: Family;
}

/** The key of a name in maps of addresses. */
export const hostKey = ({ name, family }: HostName): string => `${family} ${name}`;

/** All names at once, each answer written as soon as it is there: `index address`. */
const PROGRAM = `
const { lookup } = require('node:dns');
process.argv.slice(1).forEach((word, index) => {
  const family = word[0] === '6' ? 6 : 4;
  lookup(word.slice(1), { family }, (error, address) => { if (!error) console.log(index + ' ' + address); });
});
`;

/** Names asked for at the same time; the resolver needs a thread for each. */
const THREADS = 32;

/** What the system's resolver itself reads; nothing else of ours concerns it. */
const RESOLVER_VARIABLES = ['RES_OPTIONS', 'LOCALDOMAIN', 'HOSTALIASES'];
const resolverEnvironment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    RESOLVER_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

export interface LookupOptions {
  /** How long all names together may take; those without an answer then count as unknown. */
  readonly timeout: Millis;
  readonly signal?: AbortSignal;
}

/** The first address of each name that has one, by `hostKey`. Never rejects. */
export const lookUpHosts = async (
  names: readonly HostName[],
  { timeout, signal }: LookupOptions,
): Promise<ReadonlyMap<string, string>> => {
  if (names.length === 0) return new Map();
  const words = names.map(({ name, family }) => `${family === 'ipv6' ? '6' : '4'}${name}`);
  const { stdout } = await run(process.execPath, ['-e', PROGRAM, '--', ...words], {
    timeout,
    env: { PATH: '/usr/bin:/bin', UV_THREADPOOL_SIZE: String(THREADS), ...resolverEnvironment() },
    ...(signal === undefined ? {} : { signal }),
  });
  return new Map(
    // What stands behind the last newline may have been cut off by the end of the process.
    stdout
      .split('\n')
      .slice(0, -1)
      .flatMap((line): [string, string][] => {
        const [, index = '', address = ''] = /^(\d+) ([0-9A-Fa-f:.]+)(?:%\S*)?$/.exec(line) ?? [];
        const asked = names[Number(index)];
        return asked === undefined || address === '' ? [] : [[hostKey(asked), address]];
      }),
  );
};
