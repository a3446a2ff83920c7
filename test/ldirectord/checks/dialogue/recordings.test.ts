/** The recorded exchanges of the genuine program: the same servers get the same bytes and the same verdict from ours. */
import { readFileSync } from 'node:fs';
import { negotiationOf } from '../../../../lib/ldirectord/checks/negotiate.js';
import { plainFacts } from '../../../../lib/ldirectord/config/facts.js';
import type { CheckService } from '../../../../lib/ldirectord/config/model.js';
import { parseDirectorConfig } from '../../../../lib/ldirectord/config/parse.js';
import { makeCertificate } from '../../../support/certificate.js';
import { type DialogueScript, startScripted } from '../../../support/dialogues/scripted-server.js';
import { loadCase } from '../../../support/director-golden/scenario.js';
import { fixture } from '../../../support/paths.js';
import { scratchFolder } from '../../../support/real-servers/server.js';
import { timed } from '../run.js';

const OWN: ReadonlySet<CheckService> = new Set([
  ...(['smtp', 'submission', 'pop', 'imap', 'nntp', 'ftp', 'sip', 'simpletcp'] as const),
]);

/** Where the recording shows a bug of genuine that is mended here (docs/differences.md), by the port of the real server. */
const MENDED: ReadonlyMap<number, string> = new Map([
  // pop without a login, greeting -ERR
  [111, 'down -'],
  // imap goes to port 143 whatever is configured; nobody listens at 144
  [144, 'down -'],
]);

interface Wire {
  readonly server: string;
  readonly conn: number;
  readonly what: string;
  readonly data?: string;
}

const wireOf = (name: string): readonly Wire[] =>
  readFileSync(fixture('ldirectord', name, 'wire.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Wire);

/** The bytes of the first connection, without what differs from one connection to the next. */
const masked = (bytes: string): string =>
  bytes
    .replace(/Call-ID: [0-9a-f]{16}/, 'Call-ID: X')
    .replace(/Via: SIP\/2\.0\/UDP [\d.]+:\d+/, 'Via: SIP/2.0/UDP X')
    .replace(/PORT (?:\d+,){5}\d+/, 'PORT X');

/** Up or down by the port of the real server, as the recorded monitorfile has it. */
const verdictsOf = (monitor: string): ReadonlyMap<number, string> =>
  new Map(
    [...monitor.matchAll(/ 192\.168\.0\.1 (\d+) .*\[(up|down)\] (.*)/g)].map(([, port, state, text]) => [
      Number(port),
      `${state} ${text}`,
    ]),
  );

describe.each(['protocol-wire-ok', 'protocol-wire-bad'])('%s', (name) => {
  const recorded = loadCase(name);
  const config = parseDirectorConfig(recorded.config, 'test.cf', { ...plainFacts, hostname: 'director' }).value;
  const verdicts = verdictsOf(recorded.kept.get('mon') ?? '');
  const virtuals = (config?.virtuals ?? []).filter(({ service }) => OWN.has(service));
  const wire = wireOf(name);

  test('the recording has these services', () => {
    expect(virtuals.length).toBeGreaterThan(8);
  });

  test.each(virtuals.map((virtual) => [`${virtual.service} ${virtual.reals[0]?.port}`, virtual] as const))(
    '%s',
    async (_title, virtual) => {
      const [real] = virtual.reals;
      const negotiation = negotiationOf(virtual);
      if (real === undefined) throw new Error('nothing to check');
      const script = recorded.scenario.servers.find(({ port }) => port === real.port);
      // Where nobody listened in the recording, a port that was just closed.
      const server = await startScripted((script ?? { kind: 'hang' }) as DialogueScript);
      if (script === undefined) await server.close();
      try {
        const target = { virtual, real: { ...real, address: '127.0.0.1' }, port: server.port };
        // A server that hung in the recording hangs here too; the others may take their time on a busy machine.
        const { verdict } = await timed(negotiation.check, target, script?.kind === 'hang' ? 500 : 20_000);
        expect(`${verdict.state} ${verdict.text || '-'}`).toBe(MENDED.get(real.port) ?? verdicts.get(real.port));
        const sent = wire.filter(({ server: id, conn }) => id === script?.id && conn === 1);
        const expected = masked(sent.map(({ data = '' }) => data).join(''));
        const received = (): string => masked(server.received()[0] ?? '');
        // The verdict may be there before the server has read everything.
        for (let tries = 0; tries < 200 && received() !== expected; tries += 1)
          await new Promise((resolve) => setTimeout(resolve, 25));
        expect(received()).toBe(expected);
      } finally {
        if (script !== undefined) await server.close();
      }
    },
    30_000,
  );
});

/** The certificate is for another name, and in the store or not: genuine ends the handshake either way. */
describe.each([
  ['protocol-wire-tls-trusted', true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['protocol-wire-tls-selfsigned', false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
])('%s', (name, trusted, why) => {
  const recorded = loadCase(name);
  const config = parseDirectorConfig(recorded.config, 'test.cf', plainFacts).value;
  const verdicts = verdictsOf(recorded.kept.get('mon') ?? '');
  const previous = process.env.SSL_CERT_FILE;
  afterEach(() => {
    if (previous === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = previous;
  });

  test.each(['pops', 'imaps'] as const)(
    '%s',
    async (service) => {
      const virtual = config?.virtuals.find((one) => one.service === service);
      const real = virtual?.reals[0];
      const script = recorded.scenario.servers.find(({ port }) => port === real?.port);
      if (virtual === undefined || real === undefined || script === undefined) throw new Error('nothing to check');
      const certificate = makeCertificate({ commonName: 'wrong.example' });
      const store = scratchFolder('store');
      process.env.SSL_CERT_FILE = store.write('store.pem', trusted ? certificate.cert : '');
      const server = await startScripted(script as DialogueScript, '127.0.0.1', 0, certificate);
      try {
        const target = { virtual, real: { ...real, address: '127.0.0.1' }, port: server.port };
        const { verdict } = await timed(negotiationOf(virtual).check, target, 20_000);
        expect(`${verdict.state} ${verdict.text || '-'}`).toBe(verdicts.get(real.port));
        expect(verdict).toMatchObject({ cause: 'L6CERT', detail: why });
        // Neither a name in the handshake nor a word after it.
        expect([server.names().join(), server.received().join('')]).toEqual(['', '']);
      } finally {
        await server.close();
        store.remove();
      }
    },
    30_000,
  );
});
