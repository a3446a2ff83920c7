/** cl_status says what the genuine one says: as recorded, and side by side with it against the same daemon. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiFacts, ApiView } from '../../lib/heartbeat/api/session.js';
import { run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { startApiServer } from '../support/api-server.js';
import { FACTS, VIEW, WITH_IPFAIL } from '../support/api-world.js';
import { command, fixture } from '../support/paths.js';

/** The cluster of the recording ping-ipfail. */
const links = [
  { name: 'eth0', status: 'up' },
  { name: 'eth1', status: 'up' },
] as const;
const view: ApiView = {
  ...VIEW,
  nodes: [
    { name: 'lb1', type: 'normal', status: 'active', links },
    { name: 'lb2', type: 'normal', status: 'active', links },
    { name: '10.0.0.1', type: 'ping', status: 'ping', links: [{ name: '10.0.0.1', status: 'up' }] },
    { name: 'grp1', type: 'ping', status: 'ping', links: [{ name: 'grp1', status: 'up' }] },
  ],
};
const facts: ApiFacts = {
  ...FACTS,
  parameters: { ...FACTS.parameters, warntime: '3', initdead: '10', deadping: '4', udpport: '694' },
};

interface Outcome {
  readonly code: number | undefined;
  readonly output: string;
}

/** Time, host and pid of log lines differ from run to run. */
const neutral = (output: string): string =>
  output.replace(/^\w{3} +\d+ \d\d:\d\d:\d\d \S+ cl_status: \[\d+\]: /gm, 'LOG ');

const folder = mkdtempSync(join(tmpdir(), 'hb-cl-status-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ours = async (args: readonly string[], socket: string): Promise<Outcome> => {
  const result = await run(process.execPath, [command('cl_status'), ...args], {
    timeout: seconds(10),
    env: { PATH: '/usr/bin:/bin', HA_SUITE_API_SOCKET: socket },
  });
  return { code: result.code, output: neutral(result.stdout + result.stderr) };
};

/** The genuine program sees our socket at its place, in a mount namespace of its own. */
const genuine = async (args: readonly string[]): Promise<Outcome> => {
  const script =
    'mount -t tmpfs -o mode=755 none /run && mkdir /run/heartbeat && mount --bind "$0" /run/heartbeat && exec /usr/bin/cl_status "$@"';
  const result = await run('/usr/bin/unshare', ['-m', '/bin/sh', '-c', script, folder, ...args], {
    timeout: seconds(10),
  });
  return { code: result.code, output: neutral(result.stdout + result.stderr) };
};

interface Recorded extends Outcome {
  readonly args: readonly string[];
}

const recorded = (file: string): readonly Recorded[] =>
  readFileSync(fixture('heartbeat', 'ping-ipfail', file), 'utf8')
    .split(/^\$ cl_status ?/m)
    .slice(1)
    .map((part) => {
      const [, line = '', output = '', code = ''] = /^([^\n]*)\n(.*)\[rc=(\d+)\]\n/s.exec(part) ?? [];
      return { args: line.split(' ').filter((word) => word !== ''), output: neutral(output), code: Number(code) };
    });

const isHelp = ({ args }: Recorded): boolean => args.length === 0 || args[0] === '-h';

describe('while heartbeat runs', () => {
  const socket = join(folder, 'register');
  let server: Awaited<ReturnType<typeof startApiServer>>;
  beforeAll(async () => {
    server = await startApiServer(socket, WITH_IPFAIL, view, facts);
  });
  afterAll(() => server.close());

  // `cl_status test` is an undocumented leftover of its author.
  const cases = recorded('lb1.cl_status.txt').filter(({ args }) => args[0] !== 'test');
  // The recording starts before the daemon answers.
  const running = cases.filter(({ output }) => !/stopped|Can't initiate/.test(output));

  test.each(running.filter((one) => !isHelp(one)))('recorded: $args', async ({ args, code, output }) => {
    expect(await ours(args, socket)).toEqual({ code, output });
  });

  test.each(running.filter(isHelp))('help: $args', async ({ args, code, output }) => {
    const own = await ours(args, socket);
    expect(own.code).toBe(code);
    expect(own.output.split('\n')[0]).toBe(output.split('\n')[0]);
    // Every sub-command that genuine lists is explained.
    for (const [, name = ''] of output.matchAll(/^([a-z]+)(?= |\n)/gm)) expect(own.output).toContain(`\n${name}`);
  });

  test.each([
    ['nodetype'],
    ['nodetype nosuch'],
    ['nodetype -m nosuch'],
    ['nodeweight'],
    ['nodeweight nosuch'],
    ['nodesite'],
    ['nodesite nosuch'],
    ['nodesite -m lb1'],
    ['listhblinks'],
    ['listhblinks nosuch'],
    ['listhblinks -m -v lb1'],
    ['hblinkstatus'],
    ['hblinkstatus lb1'],
    ['hblinkstatus nosuch eth0'],
    ['clientstatus'],
    ['clientstatus lb1'],
    ['clientstatus lb1 nosuch'],
    ['clientstatus -m lb1 ipfail'],
    ['clientstatus nosuch ipfail'],
    ['listnodes -n -p'],
    ['listnodes -m -v'],
    ['listnodes -n -v'],
    ['hbparameter -m -p crm'],
    ['rscstatus -m'],
    ['nodestatus -m nosuch'],
    ['hbstatus -m'],
  ])('side by side with the genuine one: %s', async (line) => {
    const args = line.split(' ');
    const [own, theirs] = await Promise.all([ours(args, socket), genuine(args)]);
    expect(own).toEqual(theirs);
  });
});

describe('while heartbeat does not run', () => {
  test.each(recorded('lb1.cl_status.stopped.txt'))('recorded: $args', async ({ args, code, output }) => {
    expect(await ours(args, join(folder, 'nobody'))).toEqual({ code, output });
  });
});

describe('when heartbeat refuses', () => {
  const socket = join(folder, 'refusing');
  let server: Awaited<ReturnType<typeof startApiServer>>;
  beforeAll(async () => {
    const nobody = { client: 'anon', uids: ['hacluster'], gids: [] };
    server = await startApiServer(socket, WITH_IPFAIL, view, { ...facts, apiAuth: [nobody] });
  });
  afterAll(() => server.close());

  test('hbstatus says so and succeeds', async () => {
    expect(await ours(['hbstatus'], socket)).toEqual({
      code: 0,
      output: 'Heartbeat is apparently running on this machine, but refuses my connection\n',
    });
  });
});
