/**
 * Runs in User-Mode Linux: the web servers of seed 003 (dummy0, IPv6) and the cluster of seed 004, side by side, with direct
 * routing by real IPVS. Writes one JSON line `{ "name": …, "value": … }` for each thing that the tests look at.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { networkSettings } from '../../lib/demo/topology.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import { seedFile } from '../support/seeds/seed-file.js';
import { busiestShare, untilServedBy } from '../support/seeds/service.js';
import { syslogOf } from '../support/seeds/syslog.js';
import type { LightHost } from './light-host.js';
import {
  type Director,
  type LanPlan,
  onTheMachine,
  rules,
  separateMachine,
  tellStory,
  untilHeldBy,
  untilRules,
} from './seed-lan.js';

/** A second's worth of answers is too few where everything is slow (milliseconds). */
const WINDOW = 4000;

const configure = async (host: LightHost, settings: Readonly<Record<string, string>>): Promise<void> => {
  await host.get(['sysctl', '-q', '-w', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)]);
};

const atRest = (node: Director, state: string): Promise<number> =>
  until(
    `${node.host.name} holds ${state}`,
    async () => (await node.clStatus('rscstatus')).stdout.trim() === state,
    90_000,
    1000,
  );

// --- seed 003 -------------------------------------------------------------------------------------------------------

spawnSync('modprobe', ['-d', '/run/modules', '-a', 'dummy']);

/** The addresses of the web servers' dummy0; clients ask for the first. */
const VIRTUALS = ['198.19.253.1', '198.19.254.1'] as const;
const VIRTUALS6 = ['2a00:e10:1000:7:124::a1', '2a00:e10:1000:7:124::b1'] as const;
const PAGE = 'ldcheck.php';

/** The directors of that article run keepalived; these take their place. */
const HA_CF = `logfacility local0
keepalive 1
deadtime 6
initdead 20
bcast eth0
auto_failback on
node lb1 lb2
`;
const HARESOURCES = `lb1 ${[
  ...VIRTUALS.map((address) => `IPaddr2::${address}/32/eth0`),
  // In haresources "::" separates arguments.
  ...VIRTUALS6.map((address) => `IPaddr2::${address.replace('::', ':0:0:')}/128/eth0`),
  'ldirectord::ldirectord.cf',
].join(' ')}\n`;

const virtual = (six: boolean) => (address: string) =>
  [
    six ? `virtual6=[${address}]:80` : `virtual=${address}:80`,
    ...[11, 12].map((last) => (six ? `real6=[2a00:e10:1000:7::${last}]:80 gate` : `real=198.18.0.${last}:80 gate`)),
    `request="${PAGE}"`,
    'receive="running"',
    'scheduler=rr',
  ].join('\n    ');
const DIRECTOR_CF = `checkinterval=2
checktimeout=10
negotiatetimeout=10
quiescent=no
${[...VIRTUALS.map(virtual(false)), ...VIRTUALS6.map(virtual(true))].join('\n')}
`;

const allRules = (...lasts: readonly number[]): readonly string[] => [
  ...VIRTUALS.flatMap((address) => [
    `-A -t ${address}:80 -s rr`,
    ...lasts.map((last) => `-a -t ${address}:80 -r 198.18.0.${last}:80 -g -w 1`),
  ]),
  ...VIRTUALS6.flatMap((address) => [
    `-A -t [${address}]:80 -s rr`,
    ...lasts.map((last) => `-a -t [${address}]:80 -r [2a00:e10:1000:7::${last}]:80 -g -w 1`),
  ]),
];

/** What ifup(8) makes of the article's stanza: its address and mask, then its own commands. */
const ifup = async (web: LightHost, stanza: string): Promise<void> => {
  const value = (word: string): string => new RegExp(`^${word} (.*)$`, 'm').exec(stanza)?.[1] ?? '';
  await web.get(['ifconfig', 'dummy0', value('address'), 'netmask', value('netmask'), 'up']);
  for (const [, command = ''] of stanza.matchAll(/^up (.*)$/gm)) {
    const { code, stderr } = await web.run(command.split(' '));
    // The ifconfig of today takes a prefix length for IPv6 only; what the article's command did then is this.
    const [, address = ''] = / add ([\d.]+\/32)$/.exec(command) ?? [];
    if (code !== 0 && address !== '' && stderr.includes('Unknown host'))
      await web.get(['ip', 'address', 'add', address, 'dev', 'dummy0']);
    else if (code !== 0) throw new Error(`${command}: exit ${code}: ${stderr}`);
  }
};

const equipSeed003 = async (web: LightHost): Promise<void> => {
  await web.get(['ip', 'link', 'add', 'dummy0', 'type', 'dummy']);
  await configure(web, networkSettings(seedFile('003', 'sysctl.conf')));
  await ifup(web, seedFile('003', 'interfaces'));
};

/** Who answers some requests, each on a connection of its own. */
const ASK =
  'for n in 1 2 3 4; do exec 3<>"/dev/tcp/$1/80"; printf "GET /$2 HTTP/1.0\\r\\n\\r\\n" >&3; sed -n "s/^X-Served-By: \\([a-z0-9]*\\).*/\\1/p" <&3; done';
const ask = async (client: LightHost, address: string): Promise<readonly string[]> =>
  (await client.get(['bash', '-c', ASK, 'ask', address, PAGE])).trim().split('\n');

const PLAN_003: LanPlan = {
  title: '003',
  directors: [
    { name: 'lb1', addresses: ['198.18.0.1/15', '2a00:e10:1000:7::1/64'] },
    { name: 'lb2', addresses: ['198.18.0.2/15', '2a00:e10:1000:7::2/64'] },
  ],
  webs: [
    { name: 'webserver01', addresses: ['198.18.0.11/15', '2a00:e10:1000:7::11/64'] },
    { name: 'webserver02', addresses: ['198.18.0.12/15', '2a00:e10:1000:7::12/64'] },
  ],
  client: { name: 'client', addresses: ['198.18.0.9/15', '2a00:e10:1000:7::9/64'] },
  gateway: { directors: '198.18.0.9', webs: '198.18.0.9' },
  files: { haCf: HA_CF, authkeys: 'auth 1\n1 sha1 secret\n', haresources: HARESOURCES },
  equip: (director) => director.write('/etc/ha.d/ldirectord.cf', DIRECTOR_CF),
  equipWeb: equipSeed003,
  pages: { [PAGE]: 'running' },
  target: { address: VIRTUALS[0], path: `/${PAGE}` },
};

separateMachine();

const seed003 = tellStory(PLAN_003, async (lan, step) => {
  const { first, second, webs, client, prober } = lan;
  const both = ['webserver01', 'webserver02'];
  await step('the web servers as the article sets them up', async () => {
    await Promise.all(webs.map((web) => web.start()));
    const shown = await webs[0].host.get(['ip', '-o', 'address', 'show', 'dev', 'dummy0', 'scope', 'global']);
    return shown
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/)[3]);
  });
  await step('lb1 serves', async () => {
    await Promise.all([first.start(), second.start()]);
    for (const address of [...VIRTUALS, ...VIRTUALS6]) await untilHeldBy(lan, address, first, 60_000);
    await untilRules(first, allRules(11, 12), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    const hardware = (await first.host.get(['cat', '/sys/class/net/eth0/address'])).trim();
    return {
      share: busiestShare(prober, Date.now() - WINDOW),
      ipv6: (await ask(client, VIRTUALS6[0])).toSorted(),
      // The web servers have these addresses as well, and keep silent about them.
      announced: (await client.get(['ip', 'neighbour', 'show', 'to', VIRTUALS[0]])).includes(hardware),
      announced6: (await client.get(['ip', '-6', 'neighbour', 'show', 'to', VIRTUALS6[0]])).includes(hardware),
    };
  });
  await step('webserver02 has lost its database', async () => {
    await webs[1].publish(PAGE, 'error');
    await untilRules(first, allRules(11), 60_000);
    await untilServedBy(prober, ['webserver01'], 60_000, WINDOW);
    const ipv6 = await ask(client, VIRTUALS6[0]);
    await webs[1].publish(PAGE, 'running');
    await untilRules(first, allRules(11, 12), 60_000);
    return { ipv6 };
  });
  await step('webserver01 dies and comes back', async () => {
    await webs[0].stop();
    await untilRules(first, allRules(12), 60_000);
    await untilServedBy(prober, ['webserver02'], 60_000, WINDOW);
    await webs[0].start();
    await untilRules(first, allRules(11, 12), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    return true;
  });
  await step('lb1 dies, lb2 takes over', async () => {
    await lan.powerOff(first);
    for (const address of [...VIRTUALS, ...VIRTUALS6]) await untilHeldBy(lan, address, second, 60_000);
    await untilRules(second, allRules(11, 12), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    return (await ask(client, VIRTUALS6[1])).toSorted();
  });
  await step('lb1 comes back', async () => {
    await lan.boot(first);
    for (const address of [...VIRTUALS, ...VIRTUALS6]) await untilHeldBy(lan, address, first, 60_000);
    await untilRules(first, allRules(11, 12), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    return { ipv6: (await ask(client, VIRTUALS6[1])).toSorted(), second: rules(second) };
  });
});

// --- seed 004 -------------------------------------------------------------------------------------------------------

const VIRTUAL = '192.168.0.105';
const rules004 = (one: number, two: number, fallback: boolean): readonly string[] => [
  `-A -t ${VIRTUAL}:80 -s rr`,
  `-a -t ${VIRTUAL}:80 -r 192.168.0.101:80 -g -w ${one}`,
  `-a -t ${VIRTUAL}:80 -r 192.168.0.102:80 -g -w ${two}`,
  ...(fallback ? [`-a -t ${VIRTUAL}:80 -r 127.0.0.1:80 -g -w 1`] : []),
];

/**
 * ldirectord under its genuine name, and ipfail where the article has it (Debian has moved it since), readable for the user
 * that it runs as.
 */
const equipSeed004 = async (director: LightHost): Promise<void> => {
  await director.write('/etc/ha.d/ldirectord.cf', seedFile('004', 'ldirectord.cf'));
  await director.write(
    '/run/lab/heartbeat/ipfail',
    `#!/bin/sh\nexec ${process.execPath} /mnt/dist/bin/ipfail.js\n`,
    '755',
  );
  const links = `ln -s '${suiteRoot}/dist/bin/ldirectord-ts.js' /usr/local/sbin/ldirectord`;
  const binds = `mount --bind '${suiteRoot}' /mnt; mount --bind /run/lab/heartbeat /usr/lib/heartbeat`;
  await director.get(['sh', '-ec', `${links}; ${binds}`]);
};

const PLAN_004: LanPlan = {
  title: '004',
  directors: [
    { name: 'loadb1', addresses: ['192.168.0.103/24'] },
    { name: 'loadb2', addresses: ['192.168.0.104/24'] },
  ],
  webs: [
    { name: 'webserver1', addresses: ['192.168.0.101/24'] },
    { name: 'webserver2', addresses: ['192.168.0.102/24'] },
  ],
  client: { name: 'client', addresses: ['192.168.0.9/24'] },
  gateway: { directors: '192.168.0.9', webs: '192.168.0.9' },
  files: {
    haCf: seedFile('004', 'ha.cf'),
    authkeys: seedFile('004', 'authkeys'),
    haresources: seedFile('004', 'haresources'),
  },
  equip: equipSeed004,
  equipWeb: async (web) => {
    await configure(web, networkSettings(seedFile('004', 'sysctl.conf')));
    // What ifup makes of the article's stanza for lo:0.
    await web.get(['ip', 'address', 'add', `${VIRTUAL}/32`, 'dev', 'lo', 'label', 'lo:0']);
  },
  pages: { 'ldirector.html': 'Teszt Oldal\n' },
  target: { address: VIRTUAL, path: '/ldirector.html' },
};

/** The commands of the article's section "Teszteljük a Load Balancereket", as it writes them. */
const SHOWN = [
  ['ip', 'addr', 'sh', 'eth0'],
  ['ldirectord', 'ldirectord.cf', 'status'],
  ['ipvsadm', '-L', '-n'],
  ['ha-ipvsadm', '-L', '-n'],
  ['/etc/ha.d/resource.d/LVSSyncDaemonSwap', 'master', 'status'],
] as const;

const shown = async (node: Director) => {
  const outputs: Record<string, string> = {};
  for (const argv of SHOWN) {
    // What is seen on a terminal: ldirectord says on standard error that it runs.
    const { stdout, stderr } = await node.host.run(argv);
    outputs[argv.join(' ')] = stdout + stderr;
  }
  // A host of the lab does not see the kernel's threads, a real machine does.
  const agent = join(suiteRoot, 'dist', 'resource.d', 'LVSSyncDaemonSwap.js');
  return { ...outputs, machine: onTheMachine(node, [process.execPath, agent, 'master', 'status']).stdout };
};

const syncOf = async ({ host }: Director): Promise<readonly string[]> =>
  [...(await host.get(['/usr/sbin/ipvsadm', '-L', '--daemon'])).matchAll(/^(\w+) sync daemon \(mcast=(\w+)/gm)].map(
    ([, state, device]) => `${state} ${device}`,
  );

const seed004 = tellStory(PLAN_004, async (lan, step) => {
  const { first, second, webs, prober } = lan;
  const both = ['webserver1', 'webserver2'];
  await step('the load balancers start, the web servers are not set up yet', async () => {
    const started = await Promise.all([first.start(), second.start()]);
    await untilHeldBy(lan, VIRTUAL, first, 60_000);
    await untilRules(first, rules004(0, 0, true), 60_000);
    // The standby has no group of its own, and so holds all that is its own.
    await atRest(first, 'local');
    await atRest(second, 'local');
    return started.map(({ code }) => code);
  });
  await step('what the active one shows', () => shown(first));
  await step('what the standby shows', () => shown(second));
  await step('the halves of the synchronisation', async () => [await syncOf(first), await syncOf(second)]);
  await step('heartbeats over broadcast and multicast, signed with md5', async () => {
    const heard = await second.host.get([
      ...['timeout', '30', 'tcpdump', '-Z', 'root', '-A', '-n', '-l', '-c', '4', '-i', 'eth0'],
      'udp and src host 192.168.0.103 and dst port 694',
    ]);
    const to = [...heard.matchAll(/> ([0-9.]+): UDP/g)].map(([, target]) => target);
    return { to: [...new Set(to)].toSorted(), auth: /\bauth=(3 [0-9a-f]+)/.exec(heard)?.[1] };
  });
  await step('ipfail', async () => ({
    online: [
      (await first.clStatus('clientstatus', 'loadb1', 'ipfail')).stdout,
      (await first.clStatus('clientstatus', 'loadb2', 'ipfail')).stdout,
    ],
    asHacluster: (await first.host.run(['pgrep', '-u', 'hacluster', '-f', 'bin/ipfail.js'])).code === 0,
  }));
  await step('the page says "Teszt Oldal"', async () => {
    await Promise.all(webs.map((web) => web.start()));
    let causes: readonly string[] = [];
    await until(
      'both are looked at',
      async () => {
        const { stdout } = await first.host.run(['ldirectord', 'ldirectord.cf', 'status', '--json']);
        causes = [...stdout.matchAll(/"result":\s*"down",\s*"cause":\s*"(\w+)/g)].map(([, cause = '']) => cause);
        return causes.length === 2 && !causes.includes('L4REFUSED');
      },
      60_000,
      1000,
    );
    return { causes, rules: rules(first) };
  });
  await step('the page says "Test Page"', async () => {
    for (const web of webs) await web.publish('ldirector.html', 'Test Page\n');
    await untilRules(first, rules004(1, 1, false), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    return busiestShare(prober, Date.now() - WINDOW);
  });
  await step('one web server is stopped and started again', async () => {
    await webs[0].stop();
    await untilRules(first, rules004(0, 1, false), 60_000);
    await untilServedBy(prober, ['webserver2'], 60_000, WINDOW);
    await webs[0].start();
    await untilRules(first, rules004(1, 1, false), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    return true;
  });
  await step('loadb1 dies, loadb2 takes over', async () => {
    await lan.powerOff(first);
    await untilHeldBy(lan, VIRTUAL, second, 90_000);
    await untilRules(second, rules004(1, 1, false), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    await atRest(second, 'all');
    return {
      log: (await syslogOf(second.host)).filter((line) => /is dead$|being acquired/.test(line)),
      sync: await syncOf(second),
    };
  });
  await step('loadb1 comes back and stays the standby', async () => {
    await lan.boot(first);
    await atRest(first, 'none');
    return { owners: lan.owners(VIRTUAL), sync: await syncOf(first), first: rules(first) };
  });
  await step('loadb2 gives everything to loadb1', async () => {
    const { code } = await second.standby('all');
    await untilHeldBy(lan, VIRTUAL, first, 60_000);
    await untilRules(first, rules004(1, 1, false), 60_000);
    await untilServedBy(prober, both, 60_000, WINDOW);
    await atRest(first, 'all');
    return { code, sync: [await syncOf(first), await syncOf(second)], second: rules(second) };
  });
  // Its half runs since it gave the group away: nothing starts it on a standby that never had it, here as there.
  await step('connections are known to the standby', async () => {
    const known = async () =>
      (await second.host.get(['/usr/sbin/ipvsadm', '-L', '-n', '-c'])).includes(`${VIRTUAL}:80`);
    await until('a connection has come', known, 60_000, 500);
    return true;
  });
});

const held = await Promise.all([seed003, seed004]);
process.exit(held.every(Boolean) ? 0 : 1);
