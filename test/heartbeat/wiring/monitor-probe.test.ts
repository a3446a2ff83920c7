/** One look of a monitor, with real programs and real servers on the loopback device. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonitorConfig, MonitorProbe } from '../../../lib/config/monitor.js';
import { parseSuite } from '../../../lib/config/suite.js';
import type { Outcome } from '../../../lib/heartbeat/monitor/interface.js';
import { takeLook } from '../../../lib/heartbeat/wiring/monitor-probe.js';
import { until } from '../../../lib/lab/until.js';
import { now } from '../../../lib/platform/clock.js';
import { millis } from '../../../lib/time.js';
import { makeCertificate } from '../../support/certificate.js';

const LONG = 20_000;
const mono = () => now().mono;

const look = (probe: MonitorProbe, timeout = LONG, signal = new AbortController().signal): Promise<Outcome> =>
  takeLook(mono)(
    {
      name: 'web',
      probe,
      interval: millis(LONG),
      timeout: millis(timeout),
      rise: 1,
      fall: 1,
      holddown: millis(0),
      onfail: 'standby',
    } satisfies MonitorConfig,
    signal,
  );
/** As the file has it. */
const configured = (lines: string): MonitorProbe => {
  const [monitor] = parseSuite(`[monitor web]\n${lines}\n`, 'x.ini').value.monitors;
  if (monitor === undefined) throw new Error(`no monitor: ${lines}`);
  return monitor.probe;
};
const shell = (script: string, ...args: readonly string[]): MonitorProbe => ({
  kind: 'command',
  argv: ['/bin/sh', '-c', script, 'check', ...args],
});
const bad = (why: string): Outcome => ({ type: 'bad', why });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a program', () => {
  test.each<[string, MonitorProbe, Outcome]>([
    ['exit 0', shell('exit 0'), { type: 'good' }],
    ['exit 7', shell('exit 7'), bad('rc=7')],
    ['its last words', shell('echo checking; echo "no \x1b[1mdisk" >&2; exit 1'), bad('rc=1: no ?[1mdisk')],
    ['a signal', shell('kill -KILL $$'), bad('SIGKILL')],
    ['none', { kind: 'command', argv: ['/nonexistent/check'] }, bad('cannot be started: ENOENT')],
  ])('%s', async (_, probe, outcome) => {
    expect(await look(probe)).toEqual(outcome);
  });

  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      // Whoever inherits it may not have buried it yet.
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  const pidIn = (file: string): number => Number(readFileSync(file, 'utf8'));

  test('one that hangs is killed at its timeout, and all that it has started', async () => {
    const file = join(folder, 'hung');
    const began = performance.now();
    const outcome = await look(shell('trap "" TERM; sleep 1000 & echo $! >"$1"; sleep 1000', file), 500);
    expect(outcome).toEqual(bad('timeout=0.5s'));
    expect(performance.now() - began).toBeGreaterThanOrEqual(499);
    await until('its child is gone', () => !alive(pidIn(file)), 5000);
  });

  test('the end of the daemon ends it', async () => {
    const file = join(folder, 'ended');
    const over = new AbortController();
    const outcome = look(
      shell('sleep 1000 & echo $! >"$1.new"; mv "$1.new" "$1"; sleep 1000', file),
      LONG,
      over.signal,
    );
    await until('it runs', () => alive(pidOr(file)), 10_000);
    over.abort();
    expect(await outcome).toEqual(bad('SIGKILL'));
    await until('its child is gone', () => !alive(pidIn(file)), 5000);
  });
  const pidOr = (file: string): number => {
    try {
      return pidIn(file);
    } catch {
      return 2 ** 30;
    }
  };
});

describe('a built-in check', () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const listening = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const asked: string[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(`${request.url} for ${request.headers.host}`);
    if (request.url === '/silent') return;
    if (request.url === '/endless') {
      response.write('all is');
      return;
    }
    response.statusCode = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 200);
    if (response.statusCode === 302) response.setHeader('Location', '/200');
    response.end('all is wöll');
  };
  let web: number;
  let secure: number;
  let dead: number;
  beforeAll(async () => {
    web = await listening(createServer(answer));
    secure = await listening(createTlsServer(makeCertificate({ commonName: 'other.example.com' }), answer));
    const closing = createTcpServer();
    dead = await listening(closing);
    await new Promise((resolve) => closing.close(resolve));
  });

  const page = (path: string, more = ''): MonitorProbe => configured(`check = http://127.0.0.1:${web}${path}\n${more}`);

  test.each<[string, () => MonitorProbe, Outcome, number]>([
    ['a connection', () => configured(`check = connect 127.0.0.1:${web}`), { type: 'good' }, LONG],
    ['a name', () => configured(`check = connect localhost:${web}`), { type: 'good' }, LONG],
    ['no connection', () => configured(`check = connect 127.0.0.1:${dead}`), bad('L4REFUSED'), LONG],
    ['a page', () => page('/up'), { type: 'good' }, LONG],
    ['a status', () => page('/503'), bad('L7STATUS 503'), LONG],
    ['a redirect is not followed', () => page('/302'), bad('L7STATUS 302'), LONG],
    ['the status that is expected', () => page('/302', 'expect = status 300-399'), { type: 'good' }, LONG],
    ['the body that is expected', () => page('/', 'expect = body is wöll'), { type: 'good' }, LONG],
    ['another body', () => page('/', 'expect = status 200 body well'), bad('L7PATTERN'), LONG],
    ['silence', () => page('/silent'), bad('L7TIMEOUT, timeout=0.4s'), 400],
    ['a body that does not end', () => page('/endless'), bad('L7TIMEOUT, timeout=0.4s'), 400],
    ['nobody there', () => configured(`check = http://127.0.0.1:${dead}/`), bad('L4REFUSED'), LONG],
    ['TLS', () => configured(`check = https://127.0.0.1:${secure}/`), { type: 'good' }, LONG],
    [
      'a certificate of nobody we know',
      () => configured(`check = https://127.0.0.1:${secure}/\nverify = chain`),
      bad('L6CERT DEPTH_ZERO_SELF_SIGNED_CERT'),
      LONG,
    ],
    ['no TLS', () => configured(`check = https://127.0.0.1:${web}/`), bad('L6ERROR'), LONG],
  ])('%s', async (_, probe, outcome, timeout) => {
    expect(await look(probe(), timeout)).toEqual(outcome);
  });

  test('what is asked for, and for whom', async () => {
    asked.length = 0;
    await look(configured(`check = http://localhost:${web}/ews/healthcheck.htm?a=b`));
    expect(asked).toEqual([`/ews/healthcheck.htm?a=b for localhost:${web}`]);
  });
});

test('an answer that comes long after the timeout shows that this process did not run, and counts for nothing', async () => {
  let at = 0;
  const late = takeLook(() => {
    at += 5000;
    return millis(at);
  });
  const config = { name: 'x', probe: shell('exit 1'), interval: millis(1000), timeout: millis(1000) };
  const outcome = await late(
    { ...config, rise: 1, fall: 1, holddown: millis(0), onfail: 'standby' },
    new AbortController().signal,
  );
  expect(outcome).toEqual({ type: 'void' });
});
