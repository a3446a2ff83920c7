/** Plays a recorded session of the genuine ipvsadm to a backend of ours, and lists where the answers differ. */
import { readFileSync } from 'node:fs';
import type { Backend } from '../../lib/ipvs/ipvsadm/backend.js';
import { runCommand } from '../../lib/ipvs/ipvsadm/run-command.js';
import { fixture } from '../support/paths.js';
import type { Recorded } from './genuine-sessions.js';

/** The names that /etc/services had where the recordings were made, as far as they occur. */
const SERVICES: readonly (readonly [string, number, readonly string[]])[] = [
  ['http', 80, ['tcp']],
  ['domain', 53, ['tcp', 'udp']],
  ['http-alt', 8080, ['tcp', 'udp']],
  ['mdns', 5353, ['udp']],
  ['tftp', 69, ['udp']],
];

const portOf = (name: string, protocol: string): number | undefined =>
  SERVICES.find(([known, , protocols]) => known === name && protocols.includes(protocol))?.[1];

const nameOf = (port: number, protocol: string): string | number =>
  SERVICES.find(([, known, protocols]) => known === port && protocols.includes(protocol))?.[0] ?? port;

export const recordedSession = (session: string): readonly Recorded[] =>
  readFileSync(fixture('ipvsadm', `${session}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);

/** Intended difference: genuine saves marks from 2^31 as negative numbers, which it then cannot restore. */
const expectedOf = (recorded: Recorded): Recorded =>
  recorded.argv[0]?.startsWith('-S') === true
    ? { ...recorded, stdout: recorded.stdout.replace('-f -1 ', '-f 4294967295 ') }
    : recorded;

export interface Difference {
  readonly genuine: Recorded;
  readonly ours: Recorded;
}

/** The command lines whose output, messages or status are not those of the genuine program. */
export const replay = async (session: string, backend: Backend): Promise<readonly Difference[]> => {
  const differences: Difference[] = [];
  for (const recorded of recordedSession(session)) {
    const { argv, input } = recorded;
    const output = await runCommand(argv, {
      backend,
      names: { host: (name) => (name === 'localhost' ? '127.0.0.1' : undefined), port: portOf },
      printedNames: async () => ({
        host: (address) => (address === '127.0.0.1' ? 'localhost' : address),
        port: nameOf,
      }),
      program: '/usr/sbin/ipvsadm',
      input: input ?? '',
      help: '',
      version: '',
    });
    const ours = { argv, ...(input === undefined ? {} : { input }), ...output };
    const genuine = expectedOf(recorded);
    if (genuine.status !== ours.status || genuine.stdout !== ours.stdout || genuine.stderr !== ours.stderr)
      differences.push({ genuine, ours });
  }
  return differences;
};
