/** Beyond two directors: our agents under Debian's Pacemaker on three nodes, with the files and lines of docs/pacemaker.md. */
import { until } from '../../lib/lab/until.js';
import type { ExecResult } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { fencedBlock } from '../support/fenced-block.js';
import { createPacemakerCluster, type Director, type PacemakerCluster, page, REALS } from './pacemaker-cluster.js';

let cluster: PacemakerCluster;
beforeAll(async () => {
  cluster = await createPacemakerCluster();
}, 60_000);
afterAll(() => cluster?.close());

/** Each step begins where the one before has ended: after one that failed the rest has nothing to say. */
let failed: string | undefined;
const step = (name: string, action: () => Promise<void>): void =>
  test(name, async () => {
    if (failed !== undefined) throw new Error(`not played, because this failed: ${failed}`);
    failed = name;
    await cluster.explained(action);
    failed = undefined;
  }, 180_000);

/** Those living nodes of which something is true. */
const livingWith = async (isTrue: (director: Director) => Promise<boolean>): Promise<readonly Director[]> => {
  const living = cluster.living();
  const answers = await Promise.all(living.map(isTrue));
  return living.filter((_, index) => answers[index]);
};
const withAddress = () => livingWith(async ({ addresses }) => (await addresses()).length > 0);
/** Asked only when the addresses are right: a look at the table costs a program of its own. */
const withTable = () => livingWith(async ({ reals }) => (await reals()).length > 0);

/** Waits until one of these nodes has all of the group with these real servers, and no other living one has any of it. */
const untilServed = async (
  what: string,
  wanted: readonly string[],
  among: readonly Director[] = cluster.directors,
): Promise<Director> => {
  let holder: Director | undefined;
  await until(
    `${what}: one node has all of the group, the others nothing`,
    async () => {
      const [first, ...more] = await withAddress();
      if (first === undefined || more.length > 0 || !among.includes(first)) return false;
      if ((await first.addresses()).length < 2 || (await first.reals()).join() !== wanted.join()) return false;
      holder = first;
      return (await withTable()).length === 1;
    },
    seconds(45),
    300,
  );
  if (holder === undefined) throw new Error(`${what}: nobody`);
  return holder;
};
const untilAnswered = (answer: string): Promise<number> =>
  until(`a client hears ${answer}`, async () => (await cluster.ask()) === answer, seconds(15), 100);
const untilOnline = (...names: readonly string[]): Promise<number> =>
  until(
    `online: ${names.join(' ')}`,
    async () => {
      const [one] = cluster.living();
      const { stdout = '' } = (await one?.host.run(['crm_mon', '-1'])) ?? {};
      return /Current DC: lb/.test(stdout) && stdout.includes(`Online: [ ${names.join(' ')} ]`);
    },
    seconds(45),
    500,
  );
const others = (...taken: readonly Director[]): readonly Director[] =>
  cluster.directors.filter((director) => !taken.includes(director));
const complaints = ({ stdout, stderr }: ExecResult): readonly string[] =>
  [...`${stdout}${stderr}`.matchAll(/\b(?:warning|error): .*/gi)].map(([text]) => text);
const firstNode = (): Director => {
  const [first] = cluster.directors;
  if (first === undefined) throw new Error('no node');
  return first;
};
const nameOf = ({ host }: Director): string => host.name;

let holder: Director;

step('three nodes find each other, and crmsh understands our agents and the lines of the page', async () => {
  await untilOnline('lb1', 'lb2', 'lb3');
  const first = firstNode();
  expect(await first.crm('ra', 'info', 'ocf:ha-suite:IPaddr2')).toMatch(/^ip\* \(string\)[\s\S]*^cidr_netmask/m);
  expect(await first.crm('ra', 'info', 'ocf:ha-suite:ldirectord')).toContain('configfile');
  await first.host.write('/root/lvs.crm', fencedBlock(page, 'crm'));
  const loaded = await first.host.run(['crm', 'configure', 'load', 'update', '/root/lvs.crm'], {
    timeout: seconds(60),
  });
  // A time that is shorter than the agent asks for would be one more; without fencing there is this one.
  expect([loaded.code, complaints(loaded)]).toEqual([0, [expect.stringContaining('not fencing unseen nodes')]]);
  const verified = await first.host.run(['crm_verify', '--live-check', '--verbose']);
  expect([verified.code, complaints(verified)]).toEqual([0, []]);
});

step('crmsh understands what stands for the words of haresources', async () => {
  const [, table = ''] = page.split('## From haresources');
  // Here is no systemd that could say what services it has.
  const lines = [...table.matchAll(/`((?:primitive|clone|location) [^`]+)`/g)].map(([, line = '']) => line);
  const known = lines.filter((line) => !line.includes(' systemd:'));
  expect(known.length).toBeGreaterThan(9);
  const { host } = firstNode();
  const env = { CIB_file: '/root/cib.xml' };
  await host.write(
    '/root/equivalents.crm',
    [...known, 'group lvs address director', 'property stonith-enabled=false', ''].join('\n'),
  );
  await host.get(['sh', '-c', 'cibadmin --empty >"$CIB_file"'], { env });
  await host.get(['crm', 'configure', 'load', 'update', '/root/equivalents.crm'], { env, timeout: seconds(60) });
  expect((await host.read('/root/cib.xml')).match(/<primitive /g)).toHaveLength(
    known.filter((line) => line.startsWith('primitive ')).length,
  );
});

step('start: the group runs on one node, with the real servers that answer', async () => {
  cluster.serve('10.1.0.11');
  holder = await untilServed('start', ['10.1.0.11']);
  await untilAnswered('10.1.0.11 works');
  cluster.serve('10.1.0.12');
  expect(nameOf(await untilServed('a second real server', REALS))).toBe(nameOf(holder));
});

step('move: the group goes where it is told, and stays there when the constraint is taken back', async () => {
  const [target = holder] = others(holder);
  await holder.crm('resource', 'move', 'lvs', nameOf(target));
  holder = await untilServed('move', REALS, [target]);
  await untilAnswered('10.1.0.11 works');
  await holder.crm('resource', 'clear', 'lvs');
  await holder.host.get(['crm_resource', '--wait'], { timeout: seconds(60) });
  expect(nameOf(await untilServed('clear', REALS))).toBe(nameOf(holder));
});

step('node loss: its group comes up on one of the others', async () => {
  const lost = holder;
  await lost.powerOff();
  holder = await untilServed('node loss', REALS);
  expect(others(lost).map(nameOf)).toContain(nameOf(holder));
  await untilAnswered('10.1.0.11 works');
});

step('quorum loss: the last node stops what it has', async () => {
  const [other] = cluster.living().filter((director) => director !== holder);
  await other?.powerOff();
  expect(cluster.living().map(nameOf)).toEqual([nameOf(holder)]);
  await until(
    'the addresses and the table are gone',
    async () => (await withAddress()).length === 0 && (await withTable()).length === 0,
    seconds(45),
    300,
  );
  expect(await holder.host.get(['crm_mon', '-1'])).toContain('partition WITHOUT quorum');
  expect(await cluster.ask()).toBe('');
});

step('quorum again: a second node comes back, and the group starts', async () => {
  const [back] = others(holder);
  await back?.boot();
  await untilServed('quorum again', REALS);
  await untilAnswered('10.1.0.11 works');
});
