import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../../../lib/heartbeat/api/client.js';
import type { Configuration } from '../../../lib/heartbeat/config/configuration.js';
import type { HaConfig } from '../../../lib/heartbeat/config/model.js';
import type { ClientPort } from '../../../lib/heartbeat/daemon.js';
import { type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { openClientPort } from '../../../lib/heartbeat/wiring/api-server.js';
import type { Engine } from '../../../lib/heartbeat/wiring/engine.js';
import { connectToDaemon } from '../../../lib/platform/api-client.js';
import { seconds } from '../../../lib/time.js';

const loaded = {
  nodeName: 'lb1',
  config: {
    keepalive: seconds(1),
    deadtime: seconds(5),
    parameters: { keepalive: '1', pacemaker: 'false' },
    apiAuth: [{ value: { client: 'probe', uids: [String(process.getuid?.())], gids: [] } }],
    logfacility: 'local0',
  } as unknown as HaConfig,
} as unknown as Configuration;

const engine: Engine = {
  dispatch: () => {},
  start: () => {},
  look: () => {},
  view: () => ({
    nodes: [{ name: 'lb1', type: 'normal', status: 'active', links: [{ name: 'eth0', status: 'up' }] }],
    resources: 'local',
    communicationUp: true,
  }),
  halt: () => {},
};

let folder: string;
let port: ClientPort;
let submitted: Message[];
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'api-server-'));
  submitted = [];
  said = [];
  port = await openClientPort({
    loaded,
    engine,
    runFolder: folder,
    uuids: () => new Map(),
    log: (priority, line) => said.push(`${priority}: ${line}`),
    submit: (sent) => {
      submitted.push(sent);
      // The cluster machine gives a submitted message back to local clients at once.
      port.deliver(sent);
    },
  });
});
afterEach(async () => {
  await port.close();
  rmSync(folder, { recursive: true });
});

const signOn = async (name?: string): Promise<ApiClient> => {
  const identity = { node: 'lb1', path: join(folder, 'register'), ...(name === undefined ? {} : { name }) };
  const connected = await connectToDaemon(identity);
  if (connected.state !== 'signed on') throw new Error(connected.state);
  return connected.client;
};

test('a casual client signs on and asks', async () => {
  const client = await signOn();
  expect(text(client.signOn, 'node')).toBe('lb1');
  expect(text(client.signOn, 'logfacility')).toBe('128');
  const [answer] = (await client.ask('getrsc')) ?? [];
  expect(answer === undefined ? undefined : text(answer, 'rsc_hold')).toBe('local');
  client.close();
});

test('a named client is announced to the cluster when it signs on', async () => {
  const client = await signOn('probe');
  expect(submitted.map((sent) => [text(sent, 't'), text(sent, 'st'), text(sent, 'from_id')])).toEqual([
    ['hbapi-clstat', 'join', 'probe'],
  ]);
  client.close();
});

test('bytes that are no frame end the connection, and no other', async () => {
  const client = await signOn();
  const rogue = connect(join(folder, 'register'));
  const closed = new Promise((resolve) => rogue.once('close', resolve));
  rogue.write('GET / HTTP/1.0\r\n\r\n');
  rogue.resume();
  await closed;
  expect(said.some((line) => line.startsWith('WARN: '))).toBe(true);
  expect(await client.ask('nodelist')).toHaveLength(1);
  client.close();
});

test('messages of the cluster reach the clients', async () => {
  const client = await signOn('probe');
  setImmediate(() => port.deliver(message({ t: 'ifstat', node: 'lb2', ifname: 'eth0', st: 'dead' })));
  const heard = await client.askCluster('set_sendqlen', { sendqlen: '1' }, 'ifstat', 5000);
  expect(heard === undefined ? undefined : text(heard, 'ifname')).toBe('eth0');
  client.close();
});
