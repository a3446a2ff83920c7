/** docs/extend.md, taken at its word: its code is put beside the real code, type-checked, and run. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { dirname, join, relative } from 'node:path';
import type { Agent } from '../../lib/agents/agent.js';
import { createPerformer } from '../../lib/agents/performer.js';
import { builtinAgents } from '../../lib/agents/registry.js';
import type { Change, Engine } from '../../lib/ipvs/model.js';
import type { TimedCheck } from '../../lib/ldirectord/checks/check.js';
import { externalCheck } from '../../lib/ldirectord/checks/external.js';
import type { Virtual } from '../../lib/ldirectord/config/model.js';
import type { Log } from '../../lib/log.js';
import { group } from '../heartbeat/resources/sample-groups.js';
import { real, virtual } from '../ldirectord/build.js';
import { projectRoot } from '../support/paths.js';

const page = readFileSync(join(projectRoot, 'docs', 'extend.md'), 'utf8');
const built = join(projectRoot, 'dist', 'build');

/** Fenced blocks by their language and what stands behind it. */
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(([, language = '', path = '', text = '']) => ({
  language,
  path,
  text,
}));

/** Applies one hunk: lines that begin with a blank or a minus must stand there, together, exactly once. */
const patched = (source: string, hunk: string): string => {
  const lines = hunk.trimEnd().split('\n');
  const before = lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const after = lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1));
  const parts = source.split(`${before.join('\n')}\n`);
  if (parts.length !== 2)
    throw new Error(`docs/extend.md is out of date, these lines are not there:\n${before.join('\n')}`);
  return parts.join(`${after.join('\n')}\n`);
};

/** The files of the page as they would be, by their path in the project. */
const files = new Map(blocks.filter(({ language }) => language === 'ts').map(({ path, text }) => [path, text]));
for (const { text } of blocks.filter(({ language }) => language === 'diff')) {
  for (const [, path = '', hunk = ''] of text.matchAll(/^--- (\S+)\n((?:[ +-](?!-- ).*\n)+)/gm))
    files.set(path, patched(files.get(path) ?? readFileSync(join(projectRoot, path), 'utf8'), hunk));
}

/** Inside the project, so that the packages it needs are found. */
let overlay = '';
beforeAll(() => {
  overlay = mkdtempSync(join(projectRoot, 'dist', 'extend-'));
  for (const [path, text] of files) {
    mkdirSync(join(overlay, dirname(path)), { recursive: true });
    writeFileSync(join(overlay, path), text);
  }
});
afterAll(() => rmSync(overlay, { recursive: true, force: true }));

/** Runs a tool of the project in the overlay; empty when it is content, else what it says. */
const tool = (name: string, ...args: readonly string[]): string => {
  const path = join(projectRoot, 'node_modules', '.bin', name);
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', cwd: overlay });
  return status === 0 ? '' : `${stdout}${stderr}` || `exit status ${status}`;
};

/** Imports a file of the overlay; what it imports comes from there, or else from the built project. */
const load = async (path: string): Promise<Record<string, unknown>> => {
  const output = join(overlay, 'js');
  if (!existsSync(output)) {
    expect(
      tool('esbuild', '--log-level=warning', '--outdir=js', '--outbase=.', '--out-extension:.js=.mjs', ...files.keys()),
    ).toBe('');
    for (const each of files.keys()) {
      const file = join(output, each.replace(/\.ts$/, '.mjs'));
      const code = readFileSync(file, 'utf8').replace(
        /(from |import\()"(\.[^"]+)"/g,
        (_, keyword: string, specifier: string) => {
          const target = join(dirname(each), specifier);
          const ours = files.has(target.replace(/\.js$/, '.ts'));
          return `${keyword}"${ours ? join(output, target.replace(/\.js$/, '.mjs')) : join(built, target)}"`;
        },
      );
      writeFileSync(file, code);
    }
  }
  return import(join(output, path.replace(/\.ts$/, '.mjs'))) as Promise<Record<string, unknown>>;
};

const script = (path: string): string => {
  const block = blocks.find((each) => each.language === 'sh' && each.path === path);
  if (block === undefined) throw new Error(`no ${path} on the page`);
  const file = join(overlay, relative('/', path));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, block.text, { mode: 0o755 });
  return file;
};

/** start, status and stop of `marker::FILE` as heartbeat does them; each answer with the files that are there then. */
const playMarker = async (folder: string, agents: ReadonlyMap<string, Agent>) => {
  const state = mkdtempSync(join(overlay, 'state-'));
  const [resource] = group(`lb1 marker::${join(state, 'mark')}`).resources;
  if (resource === undefined) throw new Error('no resource');
  const environment = { PATH: process.env.PATH ?? '' };
  const options = {
    ownFolder: undefined,
    prefer: 'script',
    outputFile: undefined,
    log: () => undefined,
    environment,
    agents,
  } as const;
  const performer = createPerformer({ ...options, folders: [folder] });
  const seen: unknown[] = [await performer.isRunning(resource)];
  for (const verb of ['start', 'start', 'stop', 'stop'] as const)
    seen.push(await performer.perform(verb, resource), readdirSync(state), await performer.isRunning(resource));
  return seen;
};

const MARKED = [false, 0, ['mark'], true, 0, ['mark'], true, 0, [], false, 0, [], false];

/** A server that says something to whoever comes, at once or as an answer. */
const serving = async (says: string, when: 'at once' | 'when asked', use: (port: number) => Promise<void>) => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (when === 'at once') socket.end(says);
    else socket.on('data', () => socket.write(says));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
};

test('the page has the examples that these tests run', () => {
  expect(blocks.map(({ language, path }) => `${language} ${path}`.trim())).toEqual([
    'sh /etc/ha.d/resource.d/marker',
    'sh /usr/local/bin/check-ssh',
    'ts lib/agents/marker.ts',
    'ts lib/ldirectord/checks/memcached.ts',
    'diff',
    'ts lib/ipvs/engines/memory.ts',
    'diff',
  ]);
});

test('everything compiles with the settings of the project', () => {
  const { compilerOptions } = JSON.parse(readFileSync(join(projectRoot, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  const settings = Object.entries(compilerOptions).filter(
    ([name]) => !/^(incremental|tsBuildInfoFile|outDir)$/.test(name),
  );
  const options = {
    ...Object.fromEntries(settings),
    ...{ noEmit: true, rootDir: projectRoot, rootDirs: [overlay, projectRoot] },
    ...{ types: ['node'], typeRoots: [join(projectRoot, 'node_modules', '@types')] },
  };
  const imported = ['oracledb.d.ts', 'node-forge.d.ts'].map((name) => join(projectRoot, 'lib', '**', name));
  writeFileSync(
    join(overlay, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: [...files.keys()], include: imported }),
  );
  expect(tool('tsc', '-p', 'tsconfig.json')).toBe('');
}, 240_000);

test('the agent script', async () => {
  expect(await playMarker(dirname(script('/etc/ha.d/resource.d/marker')), new Map())).toEqual(MARKED);
});

test('the agent in process', async () => {
  const { marker } = (await load('lib/agents/marker.ts')) as { marker: Agent };
  const agents = new Map([...builtinAgents, [marker.name, marker] as const]);
  expect(await playMarker(join(overlay, 'nothing'), agents)).toEqual(MARKED);
});

test('the check as a program', async () => {
  const checkCommand = script('/usr/local/bin/check-ssh');
  const judge = async (port: number) => {
    const server = real('127.0.0.1', port);
    const service = virtual('10.0.0.3:22', [server], { checkType: { kind: 'external' }, checkCommand });
    return externalCheck({ virtual: service, real: server, port }, new AbortController().signal);
  };
  await serving('SSH-2.0-test\r\n', 'at once', async (port) =>
    expect(await judge(port)).toMatchObject({ state: 'up' }),
  );
  await serving('220 mail\r\n', 'at once', async (port) =>
    expect(await judge(port)).toMatchObject({ cause: 'L7EXIT' }),
  );
});

test('the check that speaks a protocol', async () => {
  const { SERVICES } = (await load('lib/ldirectord/config/model.ts')) as { SERVICES: readonly string[] };
  expect(SERVICES).toContain('memcached');
  const { negotiationOf } = (await load('lib/ldirectord/checks/negotiate.ts')) as {
    negotiationOf: (virtual: Virtual) => TimedCheck;
  };
  const judge = async (port: number) => {
    const server = real('127.0.0.1', port);
    const service = { ...virtual('10.0.0.3:11211', [server]), service: 'memcached' } as unknown as Virtual;
    return negotiationOf(service).check({ virtual: service, real: server, port }, new AbortController().signal);
  };
  await serving('VERSION 1.6\r\n', 'when asked', async (port) =>
    expect(await judge(port)).toEqual({ state: 'up', text: '' }),
  );
  await serving('ERROR\r\n', 'when asked', async (port) =>
    expect(await judge(port)).toMatchObject({ state: 'down', cause: 'L7RESPONSE', detail: 'ERROR' }),
  );
});

test('the engine', async () => {
  const { openEngine } = (await load('lib/ipvs/engines/open.ts')) as {
    openEngine: (options: { choice: string; log: Log; environment: object }) => Promise<Engine>;
  };
  const said: string[] = [];
  const engine = await openEngine({ choice: 'memory', log: (_, text) => said.push(text), environment: {} });
  const key = { protocol: 'tcp', family: 'ipv4', address: '10.0.0.3', port: 80 } as const;
  const service = { key, scheduler: 'rr', flags: [], persistent: undefined, netmask: undefined, ops: false };
  const add: Change = { kind: 'add-service', service };
  expect(await engine.apply([add])).toEqual([]);
  expect(await engine.read()).toEqual({ services: [{ ...service, destinations: [] }] });
  expect(await engine.apply([add])).toEqual([{ change: add, reason: 'Service already exists' }]);
  expect(said[0]).toBe('-A -t 10.0.0.3:80 -s rr');
});
