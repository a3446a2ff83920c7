/** Telling the other node, with real sockets of ldirectords that are only imagined. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventStream } from '../../../lib/events/stream.js';
import { createFileDigests } from '../../../lib/heartbeat/wiring/files/file-digests.js';
import { openTeller, type TellerOptions } from '../../../lib/heartbeat/wiring/teller.js';
import { until } from '../../../lib/lab/until.js';
import { directorText } from '../../../lib/peer/format.js';
import { parseReport } from '../../../lib/peer/parse.js';
import type { NodeReport } from '../../../lib/peer/report.js';
import { directorSummary } from '../../../lib/peer/summary.js';
import { now } from '../../../lib/platform/clock.js';
import { openControlSocket } from '../../../lib/platform/control-socket.js';
import { daemonsIn, directorSays, heartbeatSays } from '../../support/status-world.js';

const folder = mkdtempSync(join(tmpdir(), 'teller-'));
const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
  rmSync(folder, { recursive: true, force: true });
});

const KEY = { index: 1, method: 'sha1' as const, key: 'secret' };
const KEYS = { sign: KEY, keys: new Map([[1, KEY]]) };

/** Tells until it is closed; the reports so far are in `told`. */
const telling = (observer: Partial<TellerOptions['observer']> = {}) => {
  const told: NodeReport[] = [];
  const logged: string[] = [];
  const calls: (() => void)[] = [];
  const teller = openTeller({
    ...{ groups: [], keys: () => KEYS, mono: () => now().mono, daemons: daemonsIn(folder) },
    observer: {
      ...{ snapshot: () => heartbeatSays(Date.now()), listener: () => 'lb1', knowFiles: () => undefined },
      onHappening: (call) => {
        calls.push(call);
        return () => undefined;
      },
      ...observer,
    },
    tell: (text) => {
      const report = parseReport(text);
      if (report !== undefined) told.push(report);
    },
    log: (_, text) => logged.push(text),
    files: createFileDigests(['www.cf'], folder),
  });
  closers.push(teller.close);
  return { told, logged, happens: () => calls[0]?.(), close: teller.close };
};

test('files and ldirectords are told of; one that hangs and one that is too old are said to be so', async () => {
  const stream = createEventStream({ node: 'lb2', program: 'ldirectord', instance: 'www.cf', run: 1 }, now);
  const summary = (): string => directorText(directorSummary('www.cf', directorSays(Date.now())));
  const open = async (name: string, more: object): Promise<void> => {
    const sources = { snapshot: () => directorSays(Date.now()), events: stream, ...more };
    const server = await openControlSocket(join(folder, `ldirectord-${name}.sock`), sources, { folder });
    closers.push(() => server?.close());
  };
  await open('www.cf', { summary });
  await open('old.cf', {});
  const hung = createServer((socket) => closers.push(() => socket.destroy()));
  await new Promise<void>((resolve) => hung.listen(join(folder, 'ldirectord-hung.cf.sock'), resolve));
  closers.push(() => hung.close());
  writeFileSync(join(folder, 'haresources'), 'lb1 10.0.0.1\n');
  writeFileSync(join(folder, 'www.cf'), 'virtual=1\n');
  writeFileSync(join(folder, 'authkeys'), 'auth 1\n1 sha1 secret\n');

  const { told, close } = telling();
  await until('it is told', async () => told.length > 0, 10_000, 20);
  close();
  const [first] = told;
  expect(first?.files.map(({ name }) => name)).toEqual(['haresources', 'www.cf']);
  expect(first?.directors).toMatchObject([
    { name: 'hung.cf', problem: 'it does not answer' },
    { name: 'old.cf', problem: 'it is an earlier version, which tells nothing' },
    {
      ...{ name: 'www.cf', problem: null },
      virtuals: [
        {
          ...{ id: 'tcp:10.0.0.100:80', total: 2, up: 1, fallback: false },
          reals: [
            { server: '192.168.0.1:80', state: 'up', weight: 5, cause: null },
            { server: '192.168.0.2:80', state: 'down', cause: 'L7STATUS 503' },
          ],
        },
      ],
    },
  ]);
}, 30_000);

test('while nobody of our kind listens nothing is read, asked or told', async () => {
  let asked = 0;
  const known: unknown[] = [];
  const { told, happens, close } = telling({
    listener: () => {
      asked += 1;
      return undefined;
    },
    knowFiles: (files) => known.push(files),
  });
  happens();
  await until('it was looked', async () => asked > 0, 5_000, 20);
  close();
  expect([told, known]).toEqual([[], []]);
});

test('a failure is one line in the log, and no end', async () => {
  let looks = 0;
  const { logged, happens, close } = telling({
    listener: () => {
      looks += 1;
      throw new Error('no luck');
    },
  });
  await until('the first look', async () => looks > 0, 5_000, 20);
  happens();
  await until('the second', async () => looks > 1, 5_000, 20);
  close();
  expect(logged).toEqual(['The other node is not told of this one: no luck']);
});

test('a file is read again only when it has changed, and one that is gone is not told of', async () => {
  const place = mkdtempSync(join(folder, 'files-'));
  const files = createFileDigests([], place);
  expect(await files.read()).toEqual(new Map());
  writeFileSync(join(place, 'ha.cf'), 'node lb1\n');
  const before = await files.read();
  expect([...before.keys()]).toEqual(['ha.cf']);
  expect(await files.read()).toEqual(before);
  writeFileSync(join(place, 'ha.cf'), 'node lb1 lb2\n');
  expect((await files.read()).get('ha.cf')).not.toBe(before.get('ha.cf'));
  rmSync(join(place, 'ha.cf'));
  expect(await files.read()).toEqual(new Map());
});
