/** `ha serve` against real control sockets: its paths, who gets in, what is pushed, and what becomes of a source that stops. */
import { readFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DEFAULT_STATUS, type StatusConfig } from '../../../lib/config/status-page.js';
import { DEFAULT_SUITE, parseSuite } from '../../../lib/config/suite.js';
import type { MachineStatus } from '../../../lib/ha/status/status.js';
import type { Daemons } from '../../../lib/platform/daemons.js';
import { listenHttp } from '../../../lib/platform/http-server.js';
import { makeCertificate } from '../../support/certificate.js';
import { readExposition } from '../../support/exposition.js';
import { haIn, type Said } from '../../support/ha.js';
import { violations } from '../../support/json-schema.js';
import { projectRoot } from '../../support/paths.js';
import { openStatusWorld, type StatusWorld } from '../../support/status-world.js';

const SCHEMA = JSON.parse(readFileSync(join(projectRoot, 'packaging/schema/status.schema.json'), 'utf8'));

let world: StatusWorld;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  world = await openStatusWorld();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await world.close();
});

const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within 10 s: ${what}`);
};

interface Serving {
  readonly port: number;
  readonly told: readonly string[];
  readonly stop: () => Promise<Said>;
}

const serve = async (
  status: Partial<StatusConfig> = {},
  files: Readonly<Record<string, string>> = {},
  listen = '127.0.0.1:0',
): Promise<Serving> => {
  const enough = new AbortController();
  const told: string[] = [];
  let port = 0;
  let steps = 0;
  const said = haIn(files, ['serve', '--listen', listen], {
    daemons: world.daemons,
    wall: Date.now,
    interrupted: enough.signal,
    servePlace: async () => ({
      suite: () => ({ value: { ...DEFAULT_SUITE, status: { ...DEFAULT_STATUS, ...status } }, diagnostics: [] }),
      listen: async (options, handle) => {
        const server = await listenHttp(options, handle);
        port = server.port;
        return server;
      },
      stepBack: () => {
        steps += 1;
        return undefined;
      },
      tell: (text) => told.push(text),
      mono: () => performance.now(),
      close: async () => undefined,
    }),
  });
  const stop = async (): Promise<Said> => {
    enough.abort();
    return said;
  };
  ends.push(stop);
  await until('it serves or says why not', () => told.length > 0);
  // Root is given up once it has the port, not before.
  expect(steps).toBe(port === 0 ? 0 : 1);
  return { port, told, stop };
};

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const get = (
  { port }: Serving,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  ca?: string,
): Promise<Got> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false };
    const take = (response: IncomingMessage): void => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    };
    const request = ca === undefined ? httpGet(options, take) : httpsGet({ ...options, ca }, take);
    request.on('error', reject);
  });

/** Server-sent events of a path, as they come. */
const follow = (
  { port }: Serving,
  path: string,
): { readonly name: string; readonly data: unknown; readonly at: number }[] => {
  const heard: { name: string; data: unknown; at: number }[] = [];
  const request = httpGet({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (text) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
        heard.push({ name, data: JSON.parse(data), at: Date.now() });
      }
    });
  });
  request.on('error', () => undefined);
  ends.unshift(async () => request.destroy());
  return heard;
};

test('the page, the JSON, the figures, the health; each with its guards', async () => {
  const here = await serve();
  expect(here.told).toEqual([`serving http://127.0.0.1:${here.port}/`]);
  const page = await get(here, '/');
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.body).toContain('IPaddr2::10.0.0.100/24/eth0 ldirectord::www.cf');
  const json = await get(here, '/status.json');
  expect(violations(SCHEMA, JSON.parse(json.body))).toEqual([]);
  expect((JSON.parse(json.body) as MachineStatus).directors.map(({ name }) => name)).toEqual(['www.cf']);
  const figures = await get(here, '/metrics?x=1');
  expect(figures.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(readExposition(figures.body).problems).toEqual([]);
  expect(readExposition(figures.body).samples.get('ha_suite_node_up{node="lb1"}')).toBe(1);
  expect(await get(here, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  expect(await get(here, '/../etc/passwd')).toMatchObject({ status: 404 });
  for (const { headers } of [page, json, figures])
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
  expect((await here.stop()).code).toBe(0);
});

test('an event is pushed at once: to programs as it is, to the page as the sections that have changed', async () => {
  const here = await serve();
  const programs = follow(here, '/events');
  const pages = follow(here, '/live');
  await until('both are told what is', () => programs.length > 0 && pages.length > 0);
  expect(programs[0]?.name).toBe('status');
  expect(Object.keys(pages[0]?.data as object)).toEqual(['head', 'nodes', 'groups', 'directors', 'events']);
  const begun = Date.now();
  world.happen(true, { type: 'node', name: 'lb1', from: 'active', to: 'dead', cause: 'nothing heard' });
  const groupsNow = () => pages.find(({ data }) => String(Reflect.get(data as object, 'groups')).includes('on lb2'));
  await until('the page is told', () => groupsNow() !== undefined);
  expect((groupsNow()?.at ?? 0) - begun).toBeLessThan(1000);
  const happening = programs.find(({ name }) => name === 'happening');
  expect(happening?.data).toMatchObject({ type: 'node', name: 'lb1', to: 'dead', cause: 'nothing heard', version: 1 });
  expect((happening?.at ?? 0) - begun).toBeLessThan(1000);
  await until('figures count it', async () =>
    (await get(here, '/metrics')).body.includes('ha_suite_events_total{program="heartbeat",instance="",type="node"} 1'),
  );
});

test('without an event it is asked once a second', async () => {
  const here = await serve();
  const programs = follow(here, '/events');
  await until('three looks', () => programs.length >= 4);
  const gaps = programs.slice(2).map(({ at }, index) => at - (programs[index + 1]?.at ?? 0));
  for (const gap of gaps) expect(gap).toBeGreaterThan(800);
});

test('a source that stops is stale everywhere, and its figures go away', async () => {
  const here = await serve();
  await world.kill();
  const json = async (): Promise<MachineStatus> => JSON.parse((await get(here, '/status.json')).body);
  await until('the JSON says so', async () => Reflect.get((await json()).heartbeat, 'stale') === true);
  expect(violations(SCHEMA, await json())).toEqual([]);
  expect((await json()).troubles).toEqual(
    expect.arrayContaining([expect.stringMatching(/^heartbeat has not answered/)]),
  );
  expect((await get(here, '/')).body).toContain('STALE');
  const { samples, problems } = readExposition((await get(here, '/metrics')).body);
  expect(problems).toEqual([]);
  expect(samples.get('ha_suite_up{program="heartbeat",instance=""}')).toBe(0);
  expect(samples.has('ha_suite_node_up{node="lb1"}')).toBe(false);
  // The ldirectord is still there.
  expect(await get(here, '/healthz')).toMatchObject({ status: 200 });
});

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

test('a machine with ldirectord only: no heartbeat is no trouble, unless ha.cf is there', async () => {
  const alone: Daemons = {
    ...world.daemons,
    list: () => [{ program: 'ldirectord', instance: 'www.cf', socket: join(world.folder, 'ldirectord-www.cf.sock') }],
  };
  const once = async (piece: string, files = {}) =>
    (await haIn(files, ['serve', '--once', piece], { daemons: alone, wall: Date.now })).stdout;
  const { heartbeat, troubles } = JSON.parse(await once('json')) as MachineStatus;
  expect(heartbeat).toEqual({ snapshot: null, problem: 'none is configured here (there is no /etc/ha.d/ha.cf)' });
  expect(troubles).toEqual(['192.168.0.2:80 of tcp:10.0.0.100:80 is down']);
  expect(await once('metrics')).not.toContain('program="heartbeat"');
  expect(await once('page')).toContain('heartbeat: none is configured here');
  const meant = await once('json', { '/etc/ha.d/ha.cf': 'node lb1\n' });
  expect((JSON.parse(meant) as MachineStatus).troubles).toContain('heartbeat: no daemon of ha-suite runs here');
});

test('with a password nobody gets in without it; over TLS', async () => {
  const { key, cert } = makeCertificate({ commonName: 'lb1', addresses: ['127.0.0.1'] });
  const here = await serve(
    { user: 'ops', passwordfile: '/password', certificate: '/cert', key: '/key' },
    { '/password': 'geheim\n', '/cert': cert, '/key': key },
  );
  expect(here.told).toEqual([`serving https://127.0.0.1:${here.port}/`]);
  for (const path of ['/', '/status.json', '/metrics', '/live', '/events', '/other'])
    for (const headers of [{}, basic('ops:falsch'), basic('ops:'), { authorization: 'Bearer x' }])
      expect(await get(here, path, headers, cert)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="ha-suite", charset="UTF-8"' },
      });
  expect(await get(here, '/status.json', basic('ops:geheim'), cert)).toMatchObject({ status: 200 });
  expect(await get(here, '/healthz', {}, cert)).toMatchObject({ status: 200 });
  await expect(get(here, '/')).rejects.toThrow();
});

test('on a loopback address a page of a stranger gets nothing through a name of its own', async () => {
  const here = await serve();
  expect(await get(here, '/status.json', { host: 'evil.example.com' })).toMatchObject({ status: 421 });
  expect(await get(here, '/status.json', { host: `localhost:${here.port}` })).toMatchObject({ status: 200 });
});

test('more followers than anybody needs are sent away', async () => {
  const here = await serve();
  const all = Array.from({ length: 100 }, () => follow(here, '/live'));
  await until('all follow', () => all.every((heard) => heard.length > 0));
  expect(await get(here, '/live')).toMatchObject({ status: 503 });
  expect(await get(here, '/metrics')).toMatchObject({ status: 200 });
});

test('refused: an address of others without a password, a certificate that is none', async () => {
  const open = await serve({}, {}, '0.0.0.0:0');
  expect(open.told).toEqual([expect.stringContaining('0.0.0.0:0 can be reached by others')]);
  expect((await open.stop()).code).toBe(6);
  const wrong = await serve({ certificate: '/c', key: '/k' }, { '/c': 'x', '/k': 'y' });
  expect(wrong.told).toEqual([expect.stringMatching(/^cannot listen on 127\.0\.0\.1:0: /)]);
  expect((await wrong.stop()).code).toBe(1);
});

test('where another serves already it says so and waits', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const here = await serve({}, {}, `127.0.0.1:${port}`);
  expect(here.told).toEqual([
    `waiting until 127.0.0.1:${port} is free: something serves there already, perhaps another ha serve`,
  ]);
  await new Promise((resolve) => other.close(resolve));
  await until('it serves', () => here.told.length > 1);
  expect(here.told[1]).toBe(`serving http://127.0.0.1:${port}/`);
  expect((await here.stop()).code).toBe(0);
});

test('wrong settings are shown with their place', async () => {
  const told: string[] = [];
  const { code } = await haIn({}, ['serve'], {
    servePlace: async () => ({
      suite: () => parseSuite('[status]\nuser = ops\n', '/etc/ha.d/ha-suite.ini'),
      listen: () => Promise.reject(new Error('nobody may listen')),
      stepBack: () => undefined,
      tell: (text) => told.push(text),
      mono: () => performance.now(),
      close: async () => undefined,
    }),
  });
  expect(code).toBe(6);
  expect(told).toEqual([expect.stringMatching(/^\/etc\/ha\.d\/ha-suite\.ini:2:1: error: a user needs a passwordfile/)]);
});

test('once: the same on standard output', async () => {
  const once = (...words: readonly string[]) =>
    haIn({}, ['serve', '--once', ...words], { daemons: world.daemons, wall: Date.now });
  const json = await once('json');
  expect([json.code, violations(SCHEMA, JSON.parse(json.stdout))]).toEqual([0, []]);
  expect(readExposition((await once('metrics')).stdout).problems).toEqual([]);
  expect((await once('page')).stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(await once('pictures')).toMatchObject({
    ...{ code: 2, stderr: "ha: --once must be one of page, json, metrics, not 'pictures'\n" },
  });
  expect(await haIn({}, ['serve', '--listen', '80'])).toMatchObject({
    code: 2,
    stderr: "ha: --listen must be an address and a port, e.g. 127.0.0.1:8694 or [::1]:8694, not '80'\n",
  });
});
