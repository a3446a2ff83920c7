import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Agent } from '../../lib/agents/agent.js';
import { chooseRunnable, createPerformer, type PerformerOptions } from '../../lib/agents/performer.js';
import { until } from '../../lib/lab/until.js';
import { millis } from '../../lib/time.js';
import { group } from '../heartbeat/resources/sample-groups.js';

// Real programs on a machine that may be busy.
jest.setTimeout(60_000);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ha-suite-performer-'));
  for (const folder of ['resource.d', 'init.d', 'own']) mkdirSync(join(root, folder));
});
afterEach(() => rmSync(root, { recursive: true }));

const script = (path: string, body: string, mode = 0o755): string => {
  const file = join(root, path);
  writeFileSync(file, body);
  chmodSync(file, mode);
  return file;
};

const resource = (word: string) => {
  const [spec] = group(`lb1 ${word}`).resources;
  if (spec === undefined) throw new Error('no resource');
  return spec;
};

const fake = (name: string, code = 0, output = ''): Agent => ({ name, run: async () => ({ code, output }) });

const bench = (more: Partial<PerformerOptions> = {}) => {
  const logged: string[] = [];
  const options: PerformerOptions = {
    folders: [join(root, 'resource.d'), join(root, 'init.d')],
    ownFolder: join(root, 'own'),
    prefer: 'script',
    agents: new Map([['IPaddr', fake('IPaddr', 0, 'INFO:  Running OK')]]),
    environment: { PATH: process.env.PATH ?? '', HA_CURHOST: 'lb1' },
    outputFile: undefined,
    log: (name, priority, text) => logged.push(`${name.name}(${name.instance}) ${priority}: ${text}`),
    timeouts: { start: millis(20_000), stop: millis(20_000), status: millis(20_000) },
    ...more,
  };
  return { options, logged, performer: createPerformer(options) };
};

describe('which script or agent it is', () => {
  test('resource.d comes before init.d', () => {
    const first = script('resource.d/web', '#!/bin/sh\n');
    script('init.d/web', '#!/bin/sh\n');
    const second = script('init.d/db', '#!/bin/sh\n');
    const { performer } = bench();
    expect(performer.locate(resource('web'))).toBe(first);
    expect(performer.locate(resource('db'))).toBe(second);
    expect(performer.locate(resource('none'))).toBeUndefined();
  });

  test('what is not executable, or a folder, is passed over', () => {
    script('resource.d/web', '#!/bin/sh\n', 0o644);
    mkdirSync(join(root, 'resource.d', 'db'));
    const { performer } = bench();
    expect(performer.locate(resource('web'))).toBeUndefined();
    expect(performer.locate(resource('db'))).toBeUndefined();
  });

  test('a foreign script is run as it is, ours and missing ones in process', () => {
    const { options } = bench();
    expect(chooseRunnable('IPaddr', options)).toMatchObject({
      ...{ kind: 'builtin', path: join(root, 'resource.d', 'IPaddr') },
    });
    script('own/IPaddr.js', '#!/bin/sh\n');
    symlinkSync(join(root, 'own', 'IPaddr.js'), join(root, 'resource.d', 'IPaddr'));
    expect(chooseRunnable('IPaddr', options)).toMatchObject({ kind: 'builtin' });
    rmSync(join(root, 'resource.d', 'IPaddr'));
    script('resource.d/IPaddr', '#!/bin/sh\n');
    expect(chooseRunnable('IPaddr', options)).toMatchObject({ kind: 'script' });
    expect(chooseRunnable('IPaddr', { ...options, prefer: 'builtin' })).toMatchObject({ kind: 'builtin' });
  });
});

describe('scripts', () => {
  test('get their arguments one by one, then the verb, and only the environment given', async () => {
    script('resource.d/web', `#!/bin/sh\nprintf '%s|' "$@" "$HA_CURHOST" "$HOME" >'${root}/called'\n`);
    const { performer } = bench();
    expect(await performer.perform('start', resource('web::a;touch::$HOME::*'))).toBe(0);
    expect(readFileSync(join(root, 'called'), 'utf8')).toBe('a;touch|$HOME|*|start|lb1||');
  });

  test('are running when they say so on standard output, whatever they exit with', async () => {
    script('resource.d/web', '#!/bin/sh\necho running\nexit 3\n');
    script('resource.d/db', '#!/bin/sh\necho running >&2\nexit 0\n');
    const { performer } = bench();
    expect(await performer.isRunning(resource('web'))).toBe(true);
    expect(await performer.isRunning(resource('db'))).toBe(false);
  });

  test('without a #! line are interpreted by the shell', async () => {
    script('resource.d/web', 'exit 9\n');
    expect(await bench().performer.perform('stop', resource('web'))).toBe(9);
  });

  test('that hang are killed at the deadline, and this is said', async () => {
    script('resource.d/web', '#!/bin/sh\nsleep 60\n');
    const { performer, logged } = bench({ timeouts: { start: millis(500) } });
    expect(await performer.perform('start', resource('web'))).toBe(137);
    expect(logged).toContain('web(web_) ERROR: web start did not end within 0.5 s and was killed');
  });

  test('that leave a daemon behind are done when they themselves are, and the daemon lives on', async () => {
    script('resource.d/web', `#!/bin/sh\n(sleep 2; echo noise; echo noise; echo alive >'${root}/proof') &\nexit 0\n`);
    const { performer } = bench();
    expect(await performer.perform('start', resource('web'))).toBe(0);
    expect(existsSync(join(root, 'proof'))).toBe(false);
    const proof = join(root, 'proof');
    await until('it has lived on', () => existsSync(proof) && readFileSync(proof, 'utf8') === 'alive\n', 15_000);
  });

  test('that print 10 MB neither block nor fill the log', async () => {
    script('resource.d/web', '#!/bin/sh\nyes blah | head -c 10000000\nexit 0\n');
    const { performer, logged } = bench();
    expect(await performer.perform('start', resource('web'))).toBe(0);
    expect(logged.length).toBeLessThan(110);
    expect(logged.at(-1)).toMatch(/more lines are not shown/);
  });

  test('write to the debug log where there is one', async () => {
    script('resource.d/web', '#!/bin/sh\necho out\necho err >&2\n');
    const { performer, logged } = bench({ outputFile: join(root, 'ha-debug') });
    await performer.perform('start', resource('web'));
    expect(readFileSync(join(root, 'ha-debug'), 'utf8')).toBe('out\nerr\n');
    expect(logged).toEqual([]);
  });

  test('killed by a signal have failed', async () => {
    script('resource.d/web', '#!/bin/sh\nkill -9 $$\n');
    const { performer, logged } = bench();
    expect(await performer.perform('start', resource('web'))).toBe(137);
    expect(logged[0]).toMatch(/was killed by SIGKILL/);
  });

  test('that vanish between being found and being run have failed', async () => {
    expect(await bench().performer.perform('start', resource('gone'))).toBe(127);
  });
});

describe('agents in process', () => {
  test('answer with their code and their status text', async () => {
    const agents = new Map([
      ['good', fake('good', 0, 'INFO:  Running OK')],
      ['bad', fake('bad', 5, 'ERROR:  Program is not installed')],
    ]);
    const { performer, logged } = bench({ agents });
    expect(await performer.perform('start', resource('good'))).toBe(0);
    expect(await performer.isRunning(resource('good'))).toBe(true);
    expect(await performer.perform('start', resource('bad::10.0.0.3/24'))).toBe(5);
    expect(logged).toEqual(['bad(bad_10.0.0.3) info: ERROR:  Program is not installed']);
  });

  test('that hang or throw have failed', async () => {
    const hanging: Agent = { name: 'hang', run: () => new Promise(() => undefined) };
    const throwing: Agent = { name: 'throw', run: () => Promise.reject(new Error('bug')) };
    const { performer, logged } = bench({
      timeouts: { start: millis(500) },
      agents: new Map([
        ['hang', hanging],
        ['throw', throwing],
      ]),
    });
    expect(await performer.perform('start', resource('hang'))).toBe(137);
    expect(await performer.perform('stop', resource('throw'))).toBe(1);
    expect(logged.join('\n')).toMatch(/did not end within 0.5 s.*throw stop failed: Error: bug/s);
  });
});
