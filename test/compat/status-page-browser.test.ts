/** The status page in a real browser: what it shows, alive and stale, for everybody, on a phone, and without JavaScript. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { DEFAULT_SUITE } from '../../lib/config/suite.js';
import { listenHttp } from '../../lib/platform/http-server.js';
import { haIn } from '../support/ha.js';
import { projectRoot } from '../support/paths.js';
import { daemonsIn, statusFolder } from '../support/status-world.js';

const LIMIT = 120_000;
const ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

let browser: Browser;
let folder: string;
let sources: ChildProcess;
let port: number;
let stopServing: () => Promise<unknown>;

/** The two daemons in a process of their own, and the page here. */
beforeEach(async () => {
  folder = statusFolder();
  const program = join(projectRoot, 'dist', 'build', 'test', 'support', 'status-daemons.js');
  sources = spawn(process.execPath, [program, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(sources.stdout as NodeJS.ReadableStream, 'data');
  const enough = new AbortController();
  let said: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    said = haIn({}, ['serve', '--listen', '127.0.0.1:0'], {
      daemons: daemonsIn(folder),
      wall: Date.now,
      interrupted: enough.signal,
      servePlace: async () => ({
        suite: () => ({ value: DEFAULT_SUITE, diagnostics: [] }),
        listen: async (options, handle) => {
          const server = await listenHttp(options, handle);
          port = server.port;
          return server;
        },
        stepBack: () => undefined,
        tell: () => resolve(),
        mono: () => performance.now(),
        close: async () => undefined,
      }),
    });
  });
  stopServing = () => {
    enough.abort();
    return said;
  };
}, LIMIT);
afterEach(async () => {
  await stopServing();
  sources.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
}, LIMIT);
afterAll(() => browser?.close());

interface Seen {
  readonly page: Page;
  /** Messages on the console, errors of scripts, requests to anybody else. */
  readonly complaints: readonly string[];
}

const open = async (how: BrowserContextOptions = {}): Promise<Seen> => {
  const context = await browser.newContext(how);
  const page = await context.newPage();
  const complaints: string[] = [];
  const own = `http://127.0.0.1:${port}/`;
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(own, { waitUntil: 'load' });
  return { page, complaints };
};

const shows = (page: Page, selector: string, text: string, timeout = 10_000): Promise<unknown> =>
  page.locator(selector, { hasText: text }).first().waitFor({ timeout });

const FACTS: readonly (readonly [string, string])[] = [
  ['#head h1', 'lb2: ✗ 3 things are not as they should be'],
  ['#head li', 'lb1 says: 192.168.0.9:80 of tcp:10.0.0.100:80 is down'],
  ['#nodes article', 'lb1 (other node)'],
  ['#nodes .links li', 'eth0 ✓ up'],
  ['#nodes article', 'lb1 (as it says itself)'],
  ['#groups tr', 'IPaddr2::10.0.0.100/24/eth0 ldirectord::www.cf'],
  ['#groups td', '✓ on lb1'],
  ['#directors h4', 'tcp 10.0.0.100:80 shop ? 1 of 2 up'],
  ['#directors td', 'negotiate http: L7STATUS 503'],
  ['#directors td[data-label="Connections"]', '12 active, 3 inactive, 0.2 s ago'],
  ['#directors td[data-label="Weight"]', '5, now 0 masq'],
  ['#directors h3', 'ldirectord www.cf on lb1'],
  ['#events li', '192.168.0.2:80 of tcp:10.0.0.100:80: up -> down'],
];

test('the facts, without a word on the console and without a request to anybody else', async () => {
  const { page, complaints } = await open();
  for (const [selector, text] of FACTS) await shows(page, selector, text);
  expect(await page.title()).toMatch(/^lb2: /);
  expect(await page.locator('#nodes .spark rect').count()).toBeGreaterThan(0);
  await page.waitForTimeout(2500);
  expect(await page.locator('#lost').isVisible()).toBe(false);
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);

test('an event is on the page within a second', async () => {
  const { page, complaints } = await open();
  await shows(page, '#groups td', 'on lb1');
  const begun = Date.now();
  sources.stdin?.write('dead\n');
  await shows(page, '#groups td', 'on lb2', 5000);
  await shows(page, '#events li', 'node lb1: active -> dead', 5000);
  expect(Date.now() - begun).toBeLessThan(1000);
  await shows(page, '#head li', 'node lb1 is dead');
  await shows(page, '#nodes article', '✗ dead');
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);

test('daemons that are killed: everything they said is stale', async () => {
  const { page, complaints } = await open();
  await shows(page, '#nodes .age', 'As the daemon said');
  sources.kill('SIGKILL');
  for (const section of ['#nodes', '#groups', '#directors']) await shows(page, `${section} .age`, '✗ STALE');
  await shows(page, '#head li', 'heartbeat has not answered for');
  // What was true is still there.
  await shows(page, '#groups td', 'on lb1');
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);

test('a page that hears nothing more says so', async () => {
  const { page } = await open();
  await shows(page, '#nodes .age', 'As the daemon said');
  await stopServing();
  await shows(page, '#lost', 'STALE: nothing has come from the server since', 15_000);
  await page.context().close();
}, 120_000);

test.each(['light', 'dark'] as const)(
  'nothing that axe would call a barrier, %s, alive and stale',
  async (colorScheme) => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 360, height: 740 },
    ]) {
      const { page } = await open({ colorScheme, viewport });
      const barriers = async (): Promise<readonly string[]> => {
        await page.evaluate(axe.source);
        const { violations, passes } = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
        // It has really looked.
        expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'html-has-lang', 'list']));
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
      };
      await shows(page, '#events li', 'up -> down');
      expect(await barriers()).toEqual([]);
      if (viewport.width === 360) {
        sources.kill('SIGKILL');
        await shows(page, '#directors .age', 'STALE');
        expect(await barriers()).toEqual([]);
      }
      await page.context().close();
    }
  },
  120_000,
);

test.each([320, 360, 768, 1280])(
  'nothing is wider than a screen of %d pixels',
  async (width) => {
    const { page } = await open({ viewport: { width, height: 740 } });
    await shows(page, '#events li', 'up -> down');
    const [inner, scroll] = (await page.evaluate('[innerWidth, document.documentElement.scrollWidth]')) as number[];
    expect(scroll).toBeLessThanOrEqual(inner ?? 0);
    expect(inner).toBe(width);
    await page.context().close();
  },
  120_000,
);

test('without JavaScript the facts are there, and come anew by themselves', async () => {
  const { page, complaints } = await open({ javaScriptEnabled: false });
  for (const [selector, text] of FACTS) await shows(page, selector, text);
  sources.stdin?.write('dead\n');
  await shows(page, '#groups td', 'on lb2', 20_000);
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);
