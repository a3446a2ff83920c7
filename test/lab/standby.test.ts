/**
 * hb_standby and hb_takeover in all directions: every word, from both nodes, by the genuine scripts and by ours, beside a
 * genuine node. What must happen is computed from the words alone (heartbeat reference 6.5, 8.4).
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  type HeartbeatNode,
  heartbeatPrograms,
  installHeartbeat,
  type StandbyScope,
} from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { command } from '../support/paths.js';
import { REMEMBERING_SERVICE } from './remembering-service.js';

const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
warntime 1
deadtime 3
initdead 10
bcast eth0
auto_failback off
node lb1 lb2
`;

type Name = 'lb1' | 'lb2';
const NAMES: readonly Name[] = ['lb1', 'lb2'];
const other = (name: Name): Name => (name === 'lb1' ? 'lb2' : 'lb1');

/** Who has the group of lb1, and who that of lb2. */
type Owners = readonly [Name, Name];

/** Whose groups a word names, seen from the node on which it was typed. */
const meant = (scope: StandbyScope, at: Name): readonly Name[] => {
  if (scope === 'all') return NAMES;
  return [scope === 'local' ? at : other(at)];
};

interface Request {
  readonly tool: 'hb_standby' | 'hb_takeover';
  readonly scope: StandbyScope;
  readonly at: Name;
}

/**
 * Where the groups are after a request. The one who hands over ends with what he had and did not hand over, and the other
 * takes everything that was named, also what nobody had to give.
 */
const expected = (
  { tool, scope, at }: Request,
  before: Owners,
  answering: Readonly<Record<Name, 'ours' | 'genuine'>>,
): Owners => {
  const taker = tool === 'hb_standby' ? other(at) : at;
  // reference 11.2, no. 18: a genuine node that is asked for a failback gives everything.
  const everything = tool === 'hb_takeover' && scope === 'failback' && answering[other(at)] === 'genuine';
  // `failback` is short for `foreign` with hb_standby; with hb_takeover one's own groups are what one wants back.
  const named = everything ? NAMES : meant(tool === 'hb_takeover' && scope === 'failback' ? 'local' : scope, at);
  return [named.includes('lb1') ? taker : before[0], named.includes('lb2') ? taker : before[1]];
};

let lab: Lab;
let nodes: Readonly<Record<Name, HeartbeatNode>>;

const KINDS = { lb1: 'genuine', lb2: 'ours' } as const;

beforeAll(async () => {
  lab = await createLab('standby');
  const lan = await lab.network('lan');
  const install = async (name: Name, address: string): Promise<HeartbeatNode> => {
    const host = await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const node = await installHeartbeat(host, KINDS[name], {
      haCf: HA_CF,
      authkeys: 'auth 1\n1 sha1 secret\n',
      haresources: 'lb1 Service::one\nlb2 Service::two\n',
    });
    // The genuine tools need what the genuine package leaves in /etc/ha.d.
    for (const file of ['harc', 'shellfuncs', ...readdirSync('/etc/ha.d/rc.d').map((one) => `rc.d/${one}`)]) {
      await host.write(`/etc/ha.d/${file}`, readFileSync(`/etc/ha.d/${file}`, 'latin1'), '755');
    }
    await host.write('/etc/ha.d/resource.d/Service', REMEMBERING_SERVICE, '755');
    return node;
  };
  nodes = { lb1: await install('lb1', '10.0.0.1/24'), lb2: await install('lb2', '10.0.0.2/24') };
  await Promise.all([nodes.lb1.start(), nodes.lb2.start()]);
}, 180_000);
afterAll(() => lab?.close());

const runsOn = async (group: 'one' | 'two'): Promise<readonly Name[]> => {
  const found = await Promise.all(
    NAMES.map(async (name) =>
      (await nodes[name].host.run(['test', '-e', `/run/state.${group}`])).code === 0 ? [name] : [],
    ),
  );
  return found.flat();
};
const owners = async (): Promise<string> =>
  (await Promise.all([runsOn('one'), runsOn('two')])).map((names) => names.join('+') || 'nobody').join(' ');

const holdings = (after: Owners): readonly string[] =>
  NAMES.map((name) => {
    const local = after[NAMES.indexOf(name)] === name;
    const foreign = after[NAMES.indexOf(other(name))] === name;
    return local ? (foreign ? 'all' : 'local') : foreign ? 'foreign' : 'none';
  });

/** Both say what they hold, and it is that. */
const settledAs = async (after: Owners): Promise<void> => {
  let last = '';
  const wanted = `${after.join(' ')} ${holdings(after).join(' ')}`;
  try {
    await until(
      '',
      async () => {
        const said = await Promise.all(NAMES.map((name) => nodes[name].clStatus('rscstatus')));
        last = `${await owners()} ${said.map(({ stdout }) => stdout.trim()).join(' ')}`;
        return last === wanted;
      },
      20_000,
      100,
    );
  } catch {
    const logs = await Promise.all(NAMES.map(async (name) => [name, ...(await nodes[name].log()).slice(-25)]));
    throw new Error([`it is "${last}" and not "${wanted}"`, ...logs.flat()].join('\n'));
  }
};

/** Every word from each node, each time with the script of the genuine package and with our program. */
const REQUESTS = (['hb_standby', 'hb_takeover'] as const).flatMap((tool) =>
  (['local', 'foreign', 'all', 'failback'] as const).flatMap((scope) =>
    NAMES.flatMap((at) => (['genuine', 'ours'] as const).map((from) => ({ tool, scope, at, from }))),
  ),
);

let now: Owners = ['lb1', 'lb2'];
test('both start', () => settledAs(now), 60_000);

test.each(REQUESTS)(
  '$tool $scope on $at, the $from tool',
  async ({ from, ...request }) => {
    const after = expected(request, now, KINDS);
    const { standby, takeover } = heartbeatPrograms(from);
    const program = request.tool === 'hb_standby' ? standby : takeover;
    const { host } = nodes[request.at];
    const tool = host.name === 'lb1' && from === 'ours' ? [process.execPath, command(request.tool)] : [program];
    expect((await host.run([...tool, request.scope])).code).toBe(0);
    await settledAs(after);
    now = after;
  },
  120_000,
);

test('nothing went wrong on the way', async () => {
  for (const name of NAMES) {
    const trouble = (await nodes[name].log()).filter(
      (line) => /\b(ERROR|CRIT)\b/.test(line) && !line.includes('lock ourselves'),
    );
    expect(trouble).toEqual([]);
  }
});
