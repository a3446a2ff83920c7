/** `ha notify`: whom it tells, by which ways, and what is wrong in the file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSuite } from '../../lib/config/suite.js';
import { eventLine, type HaEvent } from '../../lib/events/event.js';
import { runHa } from '../../lib/ha/run-ha.js';
import type { World } from '../../lib/ha/sub-command.js';
import { notifyCommand } from '../../lib/notify/command.js';
import { sendBy } from '../../lib/notify/wiring/senders.js';
import { prepareRun } from '../../lib/platform/exec.js';
import { millis } from '../../lib/time.js';
import { paper, worldWith } from '../support/ha.js';

const NOW = 1_000_000;
const dead: HaEvent = {
  ...{ node: 'lb1', program: 'heartbeat', instance: '', run: 1, seq: 1, mono: millis(1), wall: millis(NOW) },
  ...{ type: 'node', name: 'lb2', from: 'active', to: 'dead' },
};

let folder: string;
beforeAll(async () => {
  await prepareRun();
  folder = mkdtempSync(join(tmpdir(), 'notify-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `ha notify WORDS` with this ha-suite.ini, where these events happen; it is interrupted when they have been told. */
const notify = async (ini: string, events: readonly HaEvent[], ...words: readonly string[]) => {
  const { written, print, complain } = paper();
  const enough = new AbortController();
  const logged: string[] = [];
  let looks = 0;
  const daemons: World['daemons'] = {
    list: () => [{ program: 'heartbeat', instance: '', socket: 's' }],
    past: () => [],
    ask: async () => ({ kind: 'lines', lines: [] }),
    follow: async (_, __, hear) => {
      for (const event of events) hear(eventLine(event));
      return undefined;
    },
  };
  const command = notifyCommand(async () => ({
    suite: () => parseSuite(ini, '/etc/ha.d/ha-suite.ini'),
    ...{ host: 'lb1', mono: () => millis(0), at: () => () => {}, send: sendBy },
    log: (priority, text) => logged.push(`${priority}: ${text}`),
    // Twice: who is followed anew tells his past again.
    sleep: async () => {
      looks += 1;
      if (looks === 2) enough.abort();
    },
    close: async () => undefined,
  }));
  const commands = [{ name: 'notify', summary: '', load: async () => command }];
  const world = worldWith({ print, complain, daemons, interrupted: enough.signal, wall: () => NOW });
  const code = await runHa(['notify', ...words], 'test', commands, world);
  return { ...written, code, logged };
};

const listening = async (
  status: number,
  bodies: string[],
): Promise<{ readonly server: Server; readonly url: string }> => {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += String(data);
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
};

test('each way gets what it wants, once, although it was told twice', async () => {
  const script = join(folder, 'alert');
  writeFileSync(script, `#!/bin/sh\n{ echo "$1 $HA_SUITE_SUBJECT"; cat; } >>${folder}/got\n`, { mode: 0o755 });
  const bodies: string[] = [];
  const { server, url } = await listening(204, bodies);
  try {
    const sections = [
      `[notify pager]\ncommand = ${script} page\n`,
      `[notify web]\nwebhook = ${url}\nof = all\n`,
      `[notify none]\nwebhook = ${url}\nof = check\n`,
    ];
    const { code, stderr, logged } = await notify(sections.join(''), [dead]);
    expect([code, stderr]).toEqual([0, '']);
    expect(logged).toEqual(['info: telling of what happens: pager, web, none']);
    const [first = '', second = ''] = readFileSync(join(folder, 'got'), 'utf8').split('\n');
    expect(first).toBe('page [ha-suite lb1] node lb2: active -> dead');
    expect(JSON.parse(second)).toMatchObject({ events: [{ type: 'node', to: 'dead' }] });
    expect(bodies.map((body) => JSON.parse(body).events.length)).toEqual([1]);
  } finally {
    server.close();
  }
});

test('--test tells whether it arrives, and why not', async () => {
  const bodies: string[] = [];
  const { server, url } = await listening(503, bodies);
  try {
    const ini = [
      `[notify web]\nwebhook = ${url}\n[notify gone]\nwebhook = http://127.0.0.1:1/\n`,
      '[notify bad]\ncommand = /bin/false\n[notify good]\ncommand = /bin/true\n',
    ].join('');
    const tested = async (name: string) => {
      const { code, stdout, stderr } = await notify(ini, [], '--test', name);
      return [code, `${stdout}${stderr}`];
    };
    expect(await tested('good')).toEqual([0, 'notify good: sent\n']);
    expect(await tested('web')).toEqual([1, 'ha: notify web: the service answers 503\n']);
    expect(await tested('gone')).toEqual([
      1,
      expect.stringMatching(/^ha: notify gone: .*(ECONNREFUSED|refused|bad port)/),
    ]);
    expect(await tested('bad')).toEqual([1, expect.stringMatching(/^ha: notify bad: .*1/)]);
    expect(await tested('goood')).toEqual([2, "ha: there is no [notify goood] (did you mean 'good'?)\n"]);
    expect(JSON.parse(bodies[0] ?? '').events[0].cause).toBe('this is only a test of ha notify');
  } finally {
    server.close();
  }
});

test.each([
  ['', /has no \[notify NAME\]/],
  ['[notify]\nmail = a@b.c\n', /:1:2: error: a notify has a name: \[notify admins\]/],
  ['[notify a]\n', /:1:2: error: notify a has none of mail, command, webhook: nobody is told/],
  ['[notify a]\nmail = a@b.c\nwebhook = http://x/\n', /:3:1: error: notify a has two ways/],
  ['[notify a]\nwebhook = http://x/\nsmtp = mail\n', /:3:1: error: smtp belongs to a notify with mail/],
  ['[notify a]\nmail = a b\n', /:2:8: error: mail: is one mail address, or several/],
  ['[notify a]\ncommand = alert\n', /:2:11: error: command: a command is given with its full path/],
  ['[notify a]\nwebhook = ftp://x\n', /:2:11: error: webhook: is a URL that begins with http/],
  ['[notify a]\nmail = root\nof = nodes\n', /:3:6: error: of: nodes: must be one of: .*\(did you mean 'node'\?\)/],
  ['[notify a]\nmail = root\nsmtp = x:99999\n', /:3:8: error: smtp: is a mail server/],
])('%j is exit code 6', async (ini, problem) => {
  const { code, stderr } = await notify(ini, []);
  expect(code).toBe(6);
  expect(stderr).toMatch(problem);
});

test('everything that can be set', () => {
  const lines = ['[notify a]', 'mail = root, me@example.com', 'from = ha@example.com', 'smtp = mail.example.com'];
  const { value, diagnostics } = parseSuite(
    [...lines, 'of = node, check', 'gather = 5s', 'every = 10m', ''].join('\n'),
    'x.ini',
  );
  expect(diagnostics).toEqual([]);
  expect(value.notifications).toEqual([
    {
      name: 'a',
      way: { kind: 'mail', to: ['root', 'me@example.com'], from: 'ha@example.com', smtp: 'mail.example.com:25' },
      ...{ of: ['node', 'check'], gather: 5_000, every: 600_000 },
    },
  ]);
});
