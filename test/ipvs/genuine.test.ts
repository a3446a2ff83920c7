/** Every recorded command line of the genuine ipvsadm, with the same output, messages and exit status from ours. */
import { readFileSync } from 'node:fs';
import { runCommand } from '../../lib/ipvs/ipvsadm/run-command.js';
import { fixture } from '../support/paths.js';
import { type Recorded, SESSIONS } from './genuine-sessions.js';
import { memoryBackend } from './memory-backend.js';

const PORTS: Readonly<Record<string, number>> = { http: 80, domain: 53, 'http-alt': 8080, mdns: 5353, 'tftp/udp': 69 };

const portOf = (name: string, protocol: string) => PORTS[name] ?? PORTS[`${name}/${protocol}`];

const nameOf = (port: number, protocol: string): string | number => {
  const name = Object.keys(PORTS).find((one) => PORTS[one] === port && (!one.includes('/') || one.endsWith(protocol)));
  // The tcp and udp names that /etc/services had where the recordings were made.
  const known = name !== undefined && !(protocol === 'sctp' || (protocol === 'udp' && name === 'http'));
  return known ? (name.split('/')[0] ?? port) : port;
};

const names = {
  host: (name: string) => (name === 'localhost' ? '127.0.0.1' : undefined),
  port: portOf,
};
const printed = { host: (address: string) => (address === '127.0.0.1' ? 'localhost' : address), port: nameOf };

const read = (session: string): readonly Recorded[] =>
  readFileSync(fixture('ipvsadm', `${session}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);

describe.each(Object.keys(SESSIONS))('session %s', (session) => {
  test('the recording is that of the session', () => {
    const asked = SESSIONS[session]?.map(({ argv, input }) => ({ argv, input }));
    expect(read(session).map(({ argv, input }) => ({ argv, input }))).toEqual(asked);
  });

  test('gives what genuine gave', async () => {
    const backend = memoryBackend();
    for (const { argv, input = '', ...genuine } of read(session)) {
      const ours = await runCommand(argv, {
        backend,
        names,
        printedNames: async () => printed,
        program: '/usr/sbin/ipvsadm',
        input,
        help: '',
        version: '',
      });
      // Intended difference: genuine saves marks from 2^31 as negative numbers, which it then cannot restore.
      const stdout =
        argv[0]?.startsWith('-S') === true ? genuine.stdout.replace('-f -1 ', '-f 4294967295 ') : genuine.stdout;
      expect({ argv, input, ...ours }).toEqual({ argv, input, ...genuine, stdout });
    }
  });
});
