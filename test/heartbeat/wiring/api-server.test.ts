import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../../../lib/heartbeat/api/client.js';
import { encodeFrame } from '../../../lib/heartbeat/api/frame.js';
import type { Configuration } from '../../../lib/heartbeat/config/configuration.js';
import type { HaConfig } from '../../../lib/heartbeat/config/model.js';
import type { ClientPort } from '../../../lib/heartbeat/daemon-parts.js';
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
  expect(said.some((line) => line.startsWith('ERROR: ipc_bufpool_update: magic number in head does not match.'))).toBe(
    true,
  );
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

/** A connection as anybody may make one; `text` is everything that came back. */
const stranger = async () => {
  const socket = connect(join(folder, 'register'));
  socket.on('error', () => {});
  const heard = { text: '', closed: false };
  socket.on('data', (data) => {
    heard.text += data.toString('latin1');
  });
  socket.once('close', () => {
    heard.closed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, heard };
};

const eventually = async (what: string, condition: () => boolean): Promise<void> => {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const ask = (reqtype: string, more: Readonly<Record<string, string>> = {}): Uint8Array => {
  const pid = String(process.pid);
  return encodeFrame(message({ t: 'hbapi-req', reqtype, dest: 'lb1', pid, from_id: pid, ...more }));
};

test('connections that say nothing are many but not endless, and do not keep others from signing on', async () => {
  const client = await signOn('probe');
  const silent: Awaited<ReturnType<typeof stranger>>[] = [];
  for (let count = 0; count < 1100; count++) silent.push(await stranger());
  await eventually('the oldest are closed', () => silent.filter(({ heard }) => heard.closed).length >= 70);
  expect(silent.filter(({ heard }) => heard.closed).length).toBeLessThan(100);
  expect(said.filter((line) => line.startsWith('WARN: More than 1024 local clients'))).toHaveLength(1);
  expect(await client.ask('nodelist')).toHaveLength(1);
  for (const { socket } of silent) socket.destroy();
  client.close();
});

test('who does not read is cut off, with one line', async () => {
  const { socket, heard } = await stranger();
  socket.write(ask('signon', { uid: String(process.geteuid?.()), gid: String(process.getegid?.()) }));
  await eventually('signed on', () => heard.text.includes('result=OK'));
  socket.pause();
  for (let count = 0; count < 20_000 && !said.some((line) => line.includes('does not read')); count++) {
    socket.write(ask('nodelist'));
    if (count % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await eventually('cut off', () => said.some((line) => line.includes('does not read')));
  expect(said.filter((line) => line.includes('does not read'))).toHaveLength(1);
  socket.destroy();
  expect(await (await signOn()).ask('numnodes')).toHaveLength(1);
});

test('half a frame is waited for; the length a frame claims is not set aside', async () => {
  const { socket, heard } = await stranger();
  const frame = Buffer.from(ask('signon', { uid: String(process.geteuid?.()), gid: String(process.getegid?.()) }));
  for (const byte of frame.subarray(0, -1)) socket.write(Buffer.of(byte));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard.text).toBe('');
  socket.write(frame.subarray(-1));
  await eventually('signed on', () => heard.text.includes('result=OK'));
  socket.write(Buffer.from('ffffff7fcdab0000', 'hex'));
  await eventually('closed', () => heard.closed);
});

test('while clients are paused nothing of theirs is read, somebody new may sign on, and later all is answered', async () => {
  const client = await signOn('probe');
  port.pause(true);
  let answered = false;
  const answer = client.ask('numnodes').then((messages) => {
    answered = true;
    return messages;
  });
  const late = await signOn();
  const lateAnswer = late.ask('numnodes');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(answered).toBe(false);
  port.deliver(message({ t: 'ifstat', node: 'lb2', ifname: 'eth0', st: 'dead' }));
  port.pause(false);
  expect(await answer).toHaveLength(1);
  expect(await lateAnswer).toHaveLength(1);
  client.close();
  late.close();
});
