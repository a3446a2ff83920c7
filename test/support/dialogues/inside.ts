/** Asks the genuine program and ours about the same scripted servers, inside private namespaces. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { runCheck } from '../../../lib/ldirectord/checks/deadline.js';
import { negotiationOf } from '../../../lib/ldirectord/checks/negotiate.js';
import { down, type Verdict } from '../../../lib/ldirectord/checks/verdict.js';
import type { Virtual } from '../../../lib/ldirectord/config/model.js';
import { checkPortOf } from '../../../lib/ldirectord/identity.js';
import { loadDirectorConfig } from '../../../lib/platform/director-file.js';
import { millis } from '../../../lib/time.js';
import { type Certificate, makeCertificate } from '../certificate.js';
import { textOf } from '../files.js';
import type { DialogueCase } from './cases.js';
import { type Scripted, startScripted } from './scripted-server.js';

/** What one side says about a case, and what its server received from it. */
export interface Seen<V> {
  readonly verdict: V;
  readonly received: readonly string[];
}

export interface Comparison {
  readonly name: string;
  /** `up` or `down`, and the text of the monitorfile. */
  readonly genuine: Seen<string | undefined>;
  readonly ours: Seen<Verdict>;
}

/** Genuine programs at work at the same time; each waits out its silent servers one after the other. */
const GENUINE = 4;
/** Checks of ours at the same time: the scripted servers share the process with them. */
const OURS = 8;
const configPath = (part: number): string => `/etc/ha.d/part${part}.cf`;
const MONITOR = '/run/monitor';
const STORE = '/run/store.pem';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** A name for the case as well: the monitorfile tells the cases apart by it. */
const addressOf = (one: DialogueCase, index: number): string =>
  one.six === true ? `fd00::a${(index + 1).toString(16)}` : `192.168.${index >> 8}.${(index & 255) + 1}`;
const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** Which configuration a case belongs to; the last is for ours alone. */
const partOf = ({ hangs }: DialogueCase, index: number): number => (hangs === true ? GENUINE : index % GENUINE);

const configText = (cases: readonly DialogueCase[], part: number): string =>
  [
    'checkinterval=60',
    'negotiatetimeout=1',
    'checktimeout=1',
    ...cases.flatMap((one, index) => {
      if (partOf(one, index) !== part) return [];
      const { service, lines, port, six = false, inferred = false, real = '' } = one;
      const place = six ? `[fd01::${(index + 1).toString(16)}]` : `10.${index >> 8}.${index & 255}.1`;
      return [
        `virtual${six ? 6 : ''}=${place}:${port}`,
        `    real${six ? 6 : ''}=${bracketed(addressOf(one, index))}:${port} masq ${real}`,
        ...(inferred ? [] : [`    service=${service}`]),
        `    monitorfile=${MONITOR}`,
        ...lines.map((line) => `    ${line}`),
      ];
    }),
    '',
  ].join('\n');

const certificateOf = (address: string, kind: DialogueCase['certificate']): Certificate => {
  switch (kind) {
    case 'address':
      return makeCertificate({ commonName: 'mail', addresses: [address] });
    case 'subject':
      return makeCertificate({ commonName: address });
    default:
      return makeCertificate({ commonName: 'wrong.example' });
  }
};

/** An ipvsadm that has an empty table and does whatever it is told. */
const prepare = (cases: readonly DialogueCase[]): void => {
  const program = '/run/ipvsadm';
  writeFileSync(program, '#!/bin/sh\necho\necho\necho\n');
  chmodSync(program, 0o755);
  // IPv4 addresses are all there with their network; those of IPv6 are not.
  const sixes = cases.flatMap((one, index) =>
    one.six === true ? [` && ip -6 address add ${addressOf(one, index)}/128 dev lo nodad`] : [],
  );
  const made = spawnSync('/bin/sh', [
    '-c',
    `mount --bind ${program} /usr/sbin/ipvsadm && ip address add 192.168.255.254/16 dev lo && mkdir -p /run/lock${sixes.join('')}`,
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString('utf8'));
};

/** The first line of the monitorfile for each address. */
const monitored = (): ReadonlyMap<string, string> => {
  const lines = textOf(MONITOR, 'latin1').split('\n');
  const verdicts = new Map<string, string>();
  for (const line of lines) {
    const [, address, verdict] = / (192\.168\.\d+\.\d+|\[fd00 a[0-9a-f]+\]) .* \[(up|down)\] (.*)$/.exec(line) ?? [];
    const text = /\[(?:up|down)\] (.*)$/.exec(line)?.[1];
    // Colons stand as blanks there.
    const plain = address?.replace(/^\[fd00 (.*)\]$/, 'fd00::$1');
    if (plain !== undefined && !verdicts.has(plain)) verdicts.set(plain, `${verdict} ${text}`);
  }
  return verdicts;
};

/** Runs the genuine programs until they have judged all. */
const askGenuine = async (count: number, limit: number): Promise<ReadonlyMap<string, string>> => {
  let said = '';
  const running = Array.from({ length: GENUINE }, (_, part) => {
    const genuine = spawn('/usr/sbin/ldirectord', ['-d', configPath(part), 'start'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOSTNAME: 'director', SSL_CERT_FILE: STORE },
    });
    genuine.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('latin1')).slice(-4096);
    });
    return genuine;
  });
  const end = Date.now() + limit;
  while (monitored().size < count && running.every(({ exitCode }) => exitCode === null) && Date.now() < end)
    await pause(50);
  const dead = running.some(({ exitCode }) => exitCode !== null);
  for (const genuine of running) genuine.kill('SIGKILL');
  if (dead) throw new Error(`a genuine program ended: ${said}`);
  return monitored();
};

/** Judges one case. The genuine program has a second for every server; under load ours gets more, unless it will wait. */
const askOurs = async (virtual: Virtual, waits: boolean): Promise<Verdict> => {
  const [real] = virtual.reals;
  const check = negotiationOf(virtual);
  if (real === undefined) throw new Error('no real server');
  const deadline = waits ? check.deadline : millis(20_000);
  return runCheck({ ...check, deadline }, { virtual, real, port: checkPortOf(virtual, real) });
};

/** Runs `work` for all items, a few at a time; the results in their order. */
const inLanes = async <T, R>(items: readonly T[], lanes: number, work: (item: T, index: number) => Promise<R>) => {
  const results = new Map<number, R>();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results.set(index, await work(item, index));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
};

export const compareAll = async (cases: readonly DialogueCase[], limit: number): Promise<readonly Comparison[]> => {
  prepare(cases);
  for (let part = 0; part <= GENUINE; part += 1) writeFileSync(configPath(part), configText(cases, part));
  const certificates = cases.map((one, index) =>
    one.certificate === undefined ? undefined : certificateOf(addressOf(one, index), one.certificate),
  );
  writeFileSync(
    STORE,
    certificates
      .filter((_, index) => cases[index]?.certificate !== 'untrusted')
      .map((made) => made?.cert ?? '')
      .join(''),
  );
  process.env.SSL_CERT_FILE = STORE;
  process.env.HOSTNAME = 'director';
  const start = (): Promise<readonly (Scripted | undefined)[]> =>
    Promise.all(
      cases.map((one, index) =>
        one.server === undefined
          ? undefined
          : startScripted(one.server, addressOf(one, index), one.port, certificates[index]),
      ),
    );
  const forGenuine = await start();
  const verdicts = await askGenuine(cases.filter(({ hangs }) => hangs !== true).length, limit);
  const toGenuine = forGenuine.map((server) => [...(server?.received() ?? [])]);
  await Promise.all(forGenuine.map((server) => server?.close()));

  const virtuals = new Map<string, Virtual>();
  for (let part = 0; part <= GENUINE; part += 1) {
    const parsed = await loadDirectorConfig(configPath(part));
    if (parsed.value === undefined) throw new Error(JSON.stringify(parsed.diagnostics));
    for (const virtual of parsed.value.virtuals) virtuals.set(virtual.reals[0]?.address ?? '', virtual);
  }
  const forOurs = await start();
  const ours = await inLanes(cases, OURS, (one, index) => {
    const virtual = virtuals.get(addressOf(one, index));
    if (virtual === undefined) throw new Error(`${one.name} is not in the configuration`);
    return askOurs(virtual, one.waits === true);
  });
  await pause(100);
  return cases.map((one, index) => ({
    name: one.name,
    genuine: { verdict: verdicts.get(addressOf(one, index)), received: toGenuine[index] ?? [] },
    ours: { verdict: ours.get(index) ?? down('OFF'), received: forOurs[index]?.received() ?? [] },
  }));
};

const [, , orderFile, resultFile] = process.argv;
if (orderFile !== undefined && resultFile !== undefined) {
  const { cases, limit } = JSON.parse(readFileSync(orderFile, 'utf8')) as {
    readonly cases: readonly DialogueCase[];
    readonly limit: number;
  };
  writeFileSync(resultFile, JSON.stringify(await compareAll(cases, limit)));
  process.exit(0);
}
