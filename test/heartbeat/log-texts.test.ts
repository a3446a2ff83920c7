/** Every message of heartbeat reference 9.5 that this daemon has a use for, said by the code in the situation it belongs to. */
import { initialPrograms, type ProgramEvent, stepPrograms } from '../../lib/heartbeat/children/machine.js';
import { genuineStartMessages } from '../../lib/heartbeat/config/configuration.js';
import { type MediumPlan, openMedia } from '../../lib/heartbeat/media/media.js';
import type { Outgoing } from '../../lib/heartbeat/media/medium.js';
import { createRun, type RunEvent, runWakeAt, stepRun } from '../../lib/heartbeat/resources/group-run.js';
import { message } from '../../lib/heartbeat/wire/message.js';
import { encodePacket, encodeTextPacket } from '../../lib/heartbeat/wire/packet.js';
import { createPacketReader } from '../../lib/heartbeat/wiring/traffic/packets.js';
import { type Millis, millis } from '../../lib/time.js';
import { BenchNode } from '../support/bench-node.js';
import { LB1 } from '../support/heartbeat-environment.js';
import { group } from './resources/sample-groups.js';

type Lines = readonly string[];

/** What lb1 says from its start on, beside an lb2 that the situation lets act. */
const beside = (act: (node: BenchNode) => void, settings: ConstructorParameters<typeof BenchNode>[0] = {}): Lines => {
  const node = new BenchNode({ pid: 14, ...settings });
  act(node);
  return node.logged();
};

/** The same, with a stable lb2 that holds its own groups. */
const joined = (act: (node: BenchNode) => void): Lines =>
  beside((node) => {
    node.join();
    act(node);
  });

const comeUp = (node: BenchNode): void => {
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
  node.beat('active');
};
const report = (node: BenchNode, hold: string, stable = '1', more = {}): void =>
  node.hear({ t: 'resource', rsc_hold: hold, rtype: 'full', isstable: stable, ...more });
const standby = (node: BenchNode, info: string): void => node.hear({ t: 'ask_resources', rsc_hold: 'all', info });
const wish = (node: BenchNode): void =>
  node.step({ type: 'submit', message: message({ t: 'ask_resources', rsc_hold: 'all', info: 'me' }) });
const rexmit = (node: BenchNode, seq: string): void =>
  node.packet(
    message({ t: 'NS_rexmit', src: 'lb2', dest: 'lb1', firstseq: seq, lastseq: seq, hg: '5', ts: node.ts() }),
  );

const started = (): Lines => {
  const files = {
    haCf: { path: 'ha.cf', text: 'logfile /var/log/ha-log\nbcast eth0\nauto_failback on\nnode lb1 lb2\n' },
    authKeys: { path: 'authkeys', text: 'auth 1\n1 sha1 k\n', mode: 0o600 },
    haResources: { path: 'haresources', text: 'lb1 10.0.0.100\n' },
  };
  return genuineStartMessages(files, LB1).lines.map((line) =>
    line.to === 'log' ? `${line.priority}: ${line.text}` : '',
  );
};

const KEY = { index: 1, method: 'sha1', key: 'right' } as const;

/** What the reader of packets says about one that is signed with another key, or under another number. */
const received = (key: { readonly index: number; readonly key: string }, form: 'netstring' | 'text'): Lines => {
  const said: string[] = [];
  const reader = createPacketReader({
    keys: () => ({ sign: KEY, keys: new Map([[1, KEY]]) }),
    logBadPackets: true,
    log: (priority, text) => said.push(`${priority}: ${text}`),
    mono: () => millis(0),
    onMessage: () => said.push('accepted'),
  });
  const status = message({ t: 'status', src: 'lb2' });
  const by = { ...KEY, ...key };
  reader.read(
    form === 'text' ? encodeTextPacket(status, by) : encodePacket(status, by, 'classic'),
    'eth0',
    '10.0.0.12',
  );
  return said;
};

const programs = (...events: readonly ProgramEvent[]): Lines => {
  const specs = ['/bin/a', '/bin/b'].map((command) => ({ kind: 'respawn', command, uid: 0, gid: 0 }) as const);
  let state = initialPrograms(specs);
  let now = 0;
  const said: string[] = [];
  for (const event of events) {
    now += 1000;
    const step = stepPrograms(state, event, millis(now));
    state = step.state;
    for (const effect of step.effects) if (effect.type === 'log') said.push(`${effect.priority}: ${effect.text}`);
  }
  return said;
};
const dying: readonly ProgramEvent[] = Array.from({ length: 11 }, (): readonly ProgramEvent[] => [
  { type: 'started', index: 0, pid: 58 },
  { type: 'ended', index: 0, code: 1 },
  { type: 'wake' },
]).flat();

/** A group whose resource X is there and does what `code` says. */
const grouped = (action: 'acquire' | 'release', code: number): Lines => {
  const said: string[] = [];
  let state = createRun(action, [group('lb1 X')]);
  let now = millis(0);
  let event: RunEvent | undefined = { type: 'begin' };
  for (let steps = 0; event !== undefined && steps < 1000; steps += 1) {
    const step = stepRun(state, event, { stopRetries: 1 }, now);
    state = step.state;
    event = undefined;
    for (const effect of step.effects) {
      if (effect.type === 'log') said.push(`${effect.priority}: ${effect.text}`);
      else if (effect.type === 'locate' || effect.type === 'query')
        event = { type: 'located', path: '/etc/ha.d/resource.d/X', running: false };
      else if (effect.type === 'start' || effect.type === 'stop')
        event = { type: 'ended', code: effect.type === 'start' ? code : 0 };
    }
    const wake: Millis | undefined = event === undefined ? runWakeAt(state) : undefined;
    if (wake !== undefined) {
      now = wake;
      event = { type: 'wake' };
    }
  }
  return said;
};

/** One medium that breaks and is opened again, and then none at all. */
const brokenMedia = async (): Promise<Lines> => {
  const said: string[] = [];
  const log = (priority: string, text: string): void => void said.push(`${priority}: ${text}`);
  const context = { log, bindToDevice: async () => undefined, onPacket: () => undefined };
  const packet: Outgoing = { netstring: new Uint8Array(1), text: () => new Uint8Array(1) };
  let intact = true;
  const plan: MediumPlan = {
    link: 'eth0',
    title: 'bcast eth0',
    open: async () => {
      const mine = intact;
      intact = true;
      return {
        ...{ title: 'bcast eth0', started: [], close: async () => undefined },
        send: async () => undefined,
        isIntact: () => mine && intact,
      };
    },
  };
  const media = await openMedia({ plans: [plan], ...context });
  intact = false;
  await media.check();
  await media.close();
  const none = await openMedia({ plans: [], ...context });
  await none.send(packet);
  await none.close();
  return said;
};

/** A situation, and what is said in it, by the numbers of the reference. */
interface Situation {
  readonly when: string;
  readonly said: () => Lines | Promise<Lines>;
  readonly rows: readonly (readonly [row: number, line: string | RegExp])[];
}

const SITUATIONS: readonly Situation[] = [
  { when: 'the files are good', said: started, rows: [[1, 'info: Configuration validated. Starting heartbeat 3.0.6']] },
  {
    when: 'both nodes start together',
    said: () =>
      beside((node) => {
        comeUp(node);
        node.hear({ t: 'starting' });
        report(node, 'none', '0');
        node.pass(10_000);
        node.finish();
        report(node, 'local');
        node.pass(3000);
      }),
    rows: [
      [2, "info: Local status now set to: 'up'"],
      [3, "info: Local status now set to: 'active'"],
      [4, 'info: Comm_now_up(): updating status to active'],
      [5, 'info: Link lb2:eth0 up.'],
      [7, 'info: Status update for node lb2: status active'],
      [33, 'info: local resource transition completed.'],
      [34, 'info: remote resource transition completed.'],
      [35, 'info: Initial resource acquisition complete (T_RESOURCES(us))'],
    ],
  },
  {
    when: 'we start beside a node that runs',
    said: () =>
      beside((node) => {
        comeUp(node);
        report(node, 'local');
        node.finish();
      }),
    rows: [[31, 'info: Local Resource acquisition completed.']],
  },
  {
    when: 'we start beside a node that holds everything',
    said: () =>
      beside((node) => {
        comeUp(node);
        report(node, 'all');
      }),
    rows: [[32, 'info: Local Resource acquisition completed. (none)']],
  },
  {
    when: 'in legacy mode the other node hands over a group of ours',
    said: () =>
      beside(
        (node) => {
          comeUp(node);
          node.hear({ t: 'ip-request-resp', dest: 'lb1', ipaddr: 'KEY', weown: 'yes', ok: 'OK' });
          node.finish();
        },
        { autoFailback: 'legacy', localKeys: ['KEY'], foreignKeys: [] },
      ),
    rows: [[74, 'info: received ip-request-resp KEY OK yes']],
  },
  {
    when: 'the other node dies',
    said: () =>
      beside(
        (node) => {
          node.join();
          node.pass(20_000, false);
          node.finish();
        },
        { localKeys: ['OURS'], foreignKeys: ['KEY'] },
      ),
    rows: [
      [6, 'info: Link lb2:eth0 dead.'],
      [8, 'WARN: node lb2: is dead'],
      [28, 'info: Resources being acquired from lb2.'],
      [30, 'WARN: No STONITH device configured.'],
      [30, 'WARN: Shared disks are not protected.'],
      [36, 'info: mach_down takeover complete.'],
      [36, 'info: mach_down takeover complete for node lb2.'],
      [73, 'info: Taking over resource group KEY'],
    ],
  },
  {
    when: 'the other node dies and held nothing',
    said: () =>
      beside((node) => {
        node.join('none');
        node.pass(20_000, false);
      }),
    rows: [[29, 'info: Dead node lb2 gave up resources.']],
  },
  {
    when: 'the other node restarts, and then somebody sends a packet of its former life',
    said: () =>
      joined((node) => {
        node.lives = false;
        node.hear({ t: 'status', st: 'init', dt: '1388', protocol: '1', hg: '6', seq: '1' });
        node.packet(message({ t: 'status', st: 'active', src: 'lb2', seq: '99', hg: '5', ts: node.ts(), dt: '1388' }));
      }),
    rows: [
      [9, 'info: Heartbeat restart on node lb2'],
      [22, 'ERROR: should_drop_message: attempted replay attack [lb2]? [gen = 5, curgen = 6]'],
    ],
  },
  {
    when: 'a partition heals',
    said: () =>
      joined((node) => {
        node.pass(13_050, false);
        node.finish();
        node.beat();
      }),
    rows: [
      [10, 'CRIT: Cluster node lb2 returning after partition.'],
      [11, 'WARN: Deadtime value may be too small.'],
      [12, 'CRIT: Late heartbeat: Node lb2: interval 13050 ms (> deadtime)'],
    ],
  },
  {
    when: 'a heartbeat is late',
    said: () =>
      joined((node) => {
        node.pass(3980, false);
        node.beat();
      }),
    rows: [[13, 'WARN: Late heartbeat: Node lb2: interval 3980 ms']],
  },
  {
    when: 'packets are missing, and come later',
    said: () =>
      joined((node) => {
        node.beat('active', { seq: '6' });
        node.pass(500, false);
        node.hear({ t: 'x', seq: '5' });
      }),
    rows: [
      [14, 'WARN: 1 lost packet(s) for [lb2] [4:6]'],
      [15, 'info: No pkts missing from lb2!'],
    ],
  },
  {
    when: 'very many packets are missing',
    said: () => joined((node) => node.beat('active', { seq: '400' })),
    rows: [[16, 'ERROR: lost a lot of packets!']],
  },
  {
    when: 'a missing packet cannot be had any more',
    said: () =>
      beside((node) => {
        node.beat('up');
        node.beat('up', { seq: '12' });
        const denial = { t: 'NS_nak_rexmit', src: 'lb2', dest: 'lb1', firstseq: '11', hg: '5', info: 'seqno too low' };
        node.packet(message({ ...denial, ts: node.ts() }));
      }),
    rows: [[17, 'ERROR: Irretrievably lost packet: node lb2 seq 17']],
  },
  {
    when: 'the other node asks for what we cannot send again',
    said: () =>
      beside((node) => {
        node.beat('up');
        rexmit(node, '900000');
        node.pass(600_000);
        rexmit(node, '1');
      }),
    rows: [
      [18, 'ERROR: Cannot rexmit pkt 1 for lb2: seqno too low'],
      [19, 'WARN: Rexmit of seq 900000 requested. 3 is max.'],
    ],
  },
  {
    when: 'the other node acknowledges nothing for a long time, then everything',
    said: () =>
      joined((node) => {
        node.pass(700_000);
        const ackseq = (node.state.nextSeq - 1).toString(16);
        node.packet(message({ t: 'NS_ackmsg', src: 'lb2', dest: 'lb1', ackseq, hg: '5', ts: node.ts() }));
      }),
    rows: [
      [20, 'WARN: Message hist queue is filling up (376 messages in queue)'],
      [20, 'ERROR: Message hist queue is filling up (451 messages in queue)'],
      [21, 'info: all clients are now paused'],
      [21, 'info: all clients are now resumed'],
    ],
  },
  {
    when: 'a packet in the text form is signed with a wrong key',
    said: () => received({ index: 1, key: 'wrong' }, 'text'),
    rows: [[23, /^WARN: string2msg_ll: node \[lb2\] failed authentication/]],
  },
  {
    when: 'a packet in the netstring form is signed with a wrong key',
    said: () => received({ index: 1, key: 'wrong' }, 'netstring'),
    rows: [[24, /^ERROR: authtoken does not match/]],
  },
  {
    when: 'a packet names a key that we do not have',
    said: () => received({ index: 7, key: 'right' }, 'netstring'),
    rows: [[25, /^WARN: Invalid authentication \[7\] in message!/]],
  },
  {
    when: 'unknown nodes and half messages are heard',
    said: () =>
      beside((node) => {
        const whole = { t: 'status', st: 'up', src: 'lb9', seq: '1', hg: '5', ts: '1', dt: '1388' };
        node.packet(message(whole));
        node.packet(message({ t: 'status', src: 'lb2', seq: '1' }));
        node.packet(message({ t: 'status', src: 'lb2', ts: '1' }));
      }),
    rows: [
      [26, 'ERROR: process_status_message: bad node [lb9] in message'],
      [26, 'ERROR: MSG: Dumping message with 7 fields'],
      [26, 'ERROR: MSG[0] : [t=status]'],
      [27, 'ERROR: process_clustermsg: missing from/ts/type: iface eth0, from lb2'],
      [27, 'ERROR: process_clustermsg: missing seqno: iface eth0, from lb2'],
    ],
  },
  {
    when: 'we go standby',
    said: () =>
      joined((node) => {
        wish(node);
        standby(node, 'other');
        node.finish();
        standby(node, 'done');
      }),
    rows: [
      [37, 'info: lb1 wants to go standby [all]'],
      [38, 'info: standby: lb2 can take our all resources'],
      [39, 'info: give up all HA resources (standby).'],
      [39, 'info: all HA resource release completed (standby).'],
      [40, 'info: Local standby process completed [all].'],
      [44, 'info: Other node completed standby takeover of all resources.'],
    ],
  },
  {
    when: 'the other node goes standby',
    said: () =>
      joined((node) => {
        standby(node, 'me');
        standby(node, 'done');
        node.finish();
      }),
    rows: [
      [37, 'info: lb2 wants to go standby [all]'],
      [41, 'info: standby: acquire [all] resources from lb2'],
      [42, 'info: acquire all HA resources (standby).'],
      [42, 'info: all HA resource acquisition completed (standby).'],
      [43, 'info: Standby resource acquisition done [all].'],
    ],
  },
  {
    when: 'nobody answers a wish for standby',
    said: () =>
      joined((node) => {
        wish(node);
        node.pass(11_000);
      }),
    rows: [[45, 'WARN: No reply to standby request.  Standby request cancelled.']],
  },
  {
    when: 'a node that is in flux wants to go standby',
    said: () =>
      joined((node) => {
        report(node, 'local', '0');
        standby(node, 'me');
      }),
    rows: [[46, 'WARN: standby message [me] from lb2 ignored.  Other side is in flux.']],
  },
  {
    when: 'the other node dies in the middle of a standby',
    said: () =>
      joined((node) => {
        wish(node);
        node.pass(9000, false);
      }),
    rows: [[47, 'info: Cancelling pending standby operation']],
  },
  {
    when: 'the reports of the other node and ours do not fit together',
    said: () =>
      joined((node) => {
        report(node, 'all');
        report(node, 'none');
      }),
    rows: [
      [48, 'ERROR: Both machines own our resources!'],
      [49, 'ERROR: No one owns foreign resources!'],
    ],
  },
  {
    when: 'the other node claims what we hold of it, or drops what it held of ours',
    said: () => [
      ...joined((node) => {
        node.pass(13_050, false);
        node.finish();
        node.beat();
        report(node, 'local');
        node.pass(1000);
      }),
      ...beside(
        (node) => {
          node.join('all');
          report(node, 'local');
        },
        { autoFailback: 'off' },
      ),
    ],
    rows: [
      [48, 'ERROR: Both machines own foreign resources!'],
      [49, 'ERROR: No one owns our local resources!'],
    ],
  },
  {
    when: 'we stop, and so does the other node',
    said: () =>
      joined((node) => {
        node.step({ type: 'stop' });
        node.hear({ t: 'shutdone', st: 'dead' });
        node.finish();
        node.pass(3000);
      }),
    rows: [
      [50, 'info: Heartbeat shutdown in progress. (14)'],
      [51, 'info: Giving up all HA resources.'],
      [51, 'info: All HA resources relinquished.'],
      [52, "info: Received shutdown notice from 'lb2'."],
      [53, 'info: Resource takeover cancelled - shutdown in progress.'],
      [56, 'info: lb1 Heartbeat shutdown complete.'],
    ],
  },
  {
    when: 'we are to stop while resources move',
    said: () =>
      joined((node) => {
        standby(node, 'me');
        node.step({ type: 'stop' });
      }),
    rows: [[54, 'WARN: Shutdown delayed until current resource activity finishes.']],
  },
  {
    when: 'we begin a new life',
    said: () =>
      joined((node) => {
        node.step({ type: 'reload' });
        node.step({ type: 'clientsGone' });
      }),
    rows: [[57, 'info: Heartbeat restart triggered.']],
  },
  {
    when: 'a respawn program dies, over and over',
    said: () => programs({ type: 'up' }, ...dying),
    rows: [
      [61, 'ERROR: Respawning client "/bin/a":'],
      [62, 'ERROR: Client /bin/a "respawning too fast"'],
    ],
  },
  {
    when: 'respawn programs are stopped',
    said: () =>
      programs(
        { type: 'up' },
        { type: 'started', index: 0, pid: 58 },
        { type: 'started', index: 1, pid: 59 },
        { type: 'ended', index: 1, code: 100 },
        { type: 'stop' },
      ),
    rows: [
      [63, 'info: client [/bin/b] is not running.'],
      [63, 'info: killing /bin/a process group 58 with signal 15'],
    ],
  },
  {
    when: 'a medium breaks, and when there is none',
    said: brokenMedia,
    rows: [
      [60, /^info: .*Communications restart succeeded\.$/],
      [65, 'CRIT: send_to_all_media: No working comm channels to write to.'],
    ],
  },
  {
    when: 'a group is started',
    said: () => grouped('acquire', 0),
    rows: [
      [69, 'info: Acquiring resource group: lb1 X'],
      [70, 'info: Running /etc/ha.d/resource.d/X  start'],
    ],
  },
  {
    when: 'a start fails',
    said: () => grouped('acquire', 1),
    rows: [
      [71, 'ERROR: Return code 1 from /etc/ha.d/resource.d/X'],
      [72, 'CRIT: Giving up resources due to failure of X'],
    ],
  },
  {
    when: 'a group is stopped',
    said: () => grouped('release', 0),
    rows: [[69, 'info: Releasing resource group: lb1 X']],
  },
];

/** Proven where whole programs run. */
const ELSEWHERE: ReadonlyMap<number, string> = new Map([
  [64, 'test/heartbeat/wiring/process/changes.test.ts: Rereading authentication file. / Configuration unchanged.'],
  [67, 'test/heartbeat/api/session.test.ts: api_add_client'],
  [68, 'test/lab/rc-scripts.test.ts: harc is run as it is, and says so itself'],
]);

/** Not said, because what they tell of cannot happen here; the reasons stand in docs/differences.md. */
const NEVER: readonly number[] = [55, 58, 59, 66];

describe.each(SITUATIONS)('when $when', ({ said, rows }) => {
  let once: Lines | undefined;
  test.each(rows)('%i: %s', async (_row, line) => {
    once ??= await said();
    const lines = once;
    expect(lines).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
  });
});

test('all 74 messages of the table are accounted for', () => {
  const proven = new Set(SITUATIONS.flatMap(({ rows }) => rows.map(([row]) => row)));
  const all = Array.from({ length: 74 }, (_, index) => index + 1);
  expect(all.filter((row) => !proven.has(row) && !ELSEWHERE.has(row) && !NEVER.includes(row))).toEqual([]);
  expect(NEVER.filter((row) => proven.has(row))).toEqual([]);
});
