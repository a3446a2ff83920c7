/** What the daemon does for its addresses beyond taking them: asking who else has them, announcing, putting them back. */
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import type { Running } from '../../lib/lab/inside.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { story } from './stories.js';

const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
warntime 1
deadtime 2
initdead 2
bcast eth0
auto_failback on
node lb1 lb2
`;
/** Five announcements within a quarter of a second, and one each second afterwards. */
const SUITE = '[announce]\ncount = 5\ninterval = 50ms\nrefresh = 1s\nprobe = 300ms\n';
const [VIP, VIP6] = ['10.0.0.100', 'fd00::100'];
/** As it stands in haresources, where "::" separates arguments. */
const WRITTEN6 = 'fd00:0:0:0:0:0:0:100';
/** Longer to stop than the time in which an address is put back. */
const LAZY = `#!/bin/sh
case "$1" in
  status) if [ -e /run/lazy ]; then echo running; else echo stopped; fi;;
  start) : >/run/lazy;;
  stop) if [ -e /run/lazy ]; then : >/run/lazy-stopping; sleep 3; rm -f /run/lazy; fi;;
esac
exit 0
`;

/** What a host says about the owner of an address in one line of tcpdump: seconds, hardware address, the rest. */
interface Said {
  readonly at: number;
  readonly mac: string;
  readonly text: string;
}

story('a node that cares for its addresses', ({ begin, step, nodes, end }) => {
  let lab: Lab;
  let client: Host;
  let lb1: HeartbeatNode;
  let lb2: HeartbeatNode;
  let tcpdump: Running;
  const heard: Said[] = [];
  const macs = new Map<string, string>();
  const mac = (name: string): string => macs.get(name) ?? 'no mac';

  nodes(() => [lb1, lb2]);
  begin(async () => {
    lab = await createLab('address-care');
    const lan = await lab.network('lan');
    const host = async (name: string, number: number): Promise<Host> => {
      const addresses = [`10.0.0.${number}/24`, `fd00::${number}/64`];
      const made = await lab.host(name, {
        interfaces: [{ device: 'eth0', network: lan, addresses }],
        settings: { 'net.ipv6.conf.all.accept_dad': '0', 'net.ipv6.conf.default.accept_dad': '0' },
      });
      macs.set(name, (await made.get(['cat', '/sys/class/net/eth0/address'])).trim());
      return made;
    };
    client = await host('client', 9);
    const node = async (name: string, number: number, more: string): Promise<HeartbeatNode> => {
      const made = await installHeartbeat(await host(name, number), 'ours', {
        haCf: HA_CF,
        authkeys: 'auth 1\n1 crc\n',
        haresources: `lb1 IPaddr::${VIP}/24/eth0 IPaddr2::${WRITTEN6}/64/eth0 Lazy\n`,
      });
      await made.host.write('/etc/ha.d/resource.d/Lazy', LAZY, '755');
      await made.host.write('/etc/ha.d/ha-suite.ini', `${SUITE}${more}`);
      return made;
    };
    lb1 = await node('lb1', 1, '');
    lb2 = await node('lb2', 2, 'probefirst = yes\n');
    tcpdump = client.start(['tcpdump', '-i', 'eth0', '-n', '-e', '-l', '-tt', 'arp or icmp6']);
    let listening = false;
    tcpdump.onLine((line) => {
      if (line.includes('listening on')) listening = true;
      const [, at, from, text] = /^(\d+\.\d+) (\S+) > (.*)$/.exec(line) ?? [];
      if (from !== undefined && text !== undefined) heard.push({ at: Number(at), mac: from, text });
    });
    await until('tcpdump listens', () => listening, 10_000);
  });
  end(async () => {
    await tcpdump?.stop();
    await lab?.close();
  });

  const listed = async (node: HeartbeatNode): Promise<string> =>
    node.host.get(['ip', '-o', 'addr', 'show', 'dev', 'eth0', 'scope', 'global']);
  const has = async (node: HeartbeatNode): Promise<boolean> => {
    const text = await listed(node);
    return text.includes(`${VIP}/24`) && text.includes(`${VIP6}/64`);
  };
  const hasNone = async (node: HeartbeatNode): Promise<boolean> => {
    const text = await listed(node);
    return !text.includes(`${VIP}/24`) && !text.includes(`${VIP6}/64`);
  };
  const logged = async (node: HeartbeatNode, what: string): Promise<number> =>
    (await node.log()).filter((line) => line.includes(what)).length;
  const troubles = async (): Promise<number> =>
    [...(await lb1.log()), ...(await lb2.log())].filter((line) => /\b(ERROR|CRIT)\b/.test(line)).length;
  const announcements = (name: string): readonly Said[] =>
    heard.filter((said) => said.mac === mac(name) && said.text.includes(`Request who-has ${VIP} tell ${VIP}`));
  /** Seconds from the question who has the address to its first announcement. */
  const fromQuestion = (name: string): number => {
    const asked = heard.find((said) => said.mac === mac(name) && said.text.includes(`who-has ${VIP} tell 0.0.0.0`));
    return (announcements(name)[0]?.at ?? Number.NaN) - (asked?.at ?? Number.NaN);
  };
  const answers = async (address: string): Promise<boolean> =>
    (await client.run(['ping', '-c', '1', '-W', '2', address])).code === 0;
  const remembered = (address: string): Promise<string> => client.get(['ip', 'neigh', 'show', address, 'dev', 'eth0']);

  step('before it takes an address it asks who has it, and logs who answers, but does not wait', async () => {
    // Somebody else has both addresses.
    for (const address of [`${VIP}/24`, `${VIP6}/64`])
      await lb2.host.get(['ip', 'addr', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : [])]);
    expect((await lb1.start()).code).toBe(0);
    await until('it has them all the same', () => has(lb1), 20_000);
    for (const address of [VIP, WRITTEN6]) {
      const finding = `WARN: ${address} on eth0 is still answered for by ${mac('lb2')}: its former owner is alive`;
      await until(finding, async () => (await logged(lb1, finding)) > 0, 10_000);
    }
    await until('it is announced', () => announcements('lb1').length > 0, 10_000);
    // It was taken while the question was open, which is for 300 ms.
    expect(fromQuestion('lb1')).toBeGreaterThan(0);
    expect(fromQuestion('lb1')).toBeLessThan(0.25);
    for (const address of [`${VIP}/24`, `${VIP6}/64`])
      await lb2.host.get(['ip', 'addr', 'del', address, 'dev', 'eth0']);
    await until('the client reaches it', async () => (await answers(VIP)) && (await answers(VIP6)), 10_000);
    expect(await remembered(VIP)).toContain(mac('lb1'));
  });

  step('an address that somebody removes is back soon, under its label, and announced', async () => {
    const removed = Date.now() / 1000;
    await lb1.host.get(['ip', 'addr', 'del', `${VIP}/24`, 'dev', 'eth0']);
    await lb1.host.get(['ip', 'addr', 'del', `${VIP6}/64`, 'dev', 'eth0']);
    const took = await until('both are back', () => has(lb1), 3_000);
    expect(took).toBeLessThan(3_000);
    expect(await listed(lb1)).toMatch(/10\.0\.0\.100\/24 brd 10\.0\.0\.255 scope global secondary eth0:0/);
    const burst = (): number => announcements('lb1').filter(({ at }) => at > removed).length;
    await until('it is announced at once as often as a new one', () => burst() >= 5, 3_000);
    const warning = `WARN: ${VIP}/24 on eth0 has been removed by something else: it is put back and announced`;
    expect(await logged(lb1, warning)).toBe(1);
    expect(await logged(lb1, `WARN: ${VIP6}/64 on eth0 has been removed by something else`)).toBe(1);
    const advertised = (): boolean =>
      heard.some((said) => said.at > removed && said.mac === mac('lb1') && said.text.includes(`tgt is ${VIP6}`));
    await until('the neighbours are told', advertised, 3_000);
  });

  step('who insists on removing it is answered more slowly', async () => {
    const insist =
      'n=0; while [ $n -lt 2 ]; do ip addr del "$1" dev eth0 2>/dev/null && n=$((n + 1)); sleep 0.02; done';
    await lb1.host.get(['sh', '-c', insist, 'insist', `${VIP}/24`]);
    await until('it is back all the same', () => has(lb1), 10_000);
    expect(await logged(lb1, `${VIP}/24 on eth0 has been removed again: it is put back in 2 s`)).toBe(1);
    expect(await logged(lb1, 'it is put back and announced (for the 3. time)')).toBe(1);
  });

  step('as long as it is held it is announced again and again', async () => {
    const from = announcements('lb1').length;
    await until('three more', () => announcements('lb1').length >= from + 3, 15_000);
  });

  step('after a partition the one that keeps the address announces it anew, and clients go to it', async () => {
    await lb2.start();
    await until('each has its part', async () => (await lb1.clStatus('rscstatus')).stdout.trim() === 'local', 30_000);
    await lb1.host.link('eth0').cut();
    let healed = Number.POSITIVE_INFINITY;
    try {
      await until('the other node has it, too', () => has(lb2), 20_000);
      await until('clients go there', async () => (await answers(VIP)) && (await answers(VIP6)), 10_000);
      expect(await remembered(VIP)).toContain(mac('lb2'));
      // That one is told to ask first. Nobody answers, because the cable of the other is cut.
      expect(await logged(lb2, `info: Nobody else answers for ${VIP} on eth0 (asked for 300 ms)`)).toBe(1);
      expect(fromQuestion('lb2')).toBeGreaterThanOrEqual(0.29);
    } finally {
      healed = Date.now() / 1000;
      await lb1.host.link('eth0').restore();
    }
    await until('only one has it', async () => (await has(lb1)) && (await hasNone(lb2)), 30_000);
    // More at once than the repetitions that come every second anyway.
    const burst = (): boolean => {
      const since = announcements('lb1').filter(({ at }) => at > healed);
      return since.some(({ at }, index) => (since[index + 4]?.at ?? Number.POSITIVE_INFINITY) - at < 1.9);
    };
    await until('it is announced as often as a new one', burst, 10_000);
    expect(await remembered(VIP)).toContain(mac('lb1'));
    expect(await answers(VIP)).toBe(true);
    await until('and by IPv6', () => answers(VIP6), 10_000);
  });

  step('what happens while the group is being stopped is meant', async () => {
    const [before, troubled] = [await logged(lb1, 'it is put back'), await troubles()];
    await lb1.standby('local');
    await until(
      'it is stopping',
      async () => (await lb1.host.run(['test', '-e', '/run/lazy-stopping'])).code === 0,
      10_000,
    );
    await lb1.host.get(['ip', 'addr', 'del', `${VIP}/24`, 'dev', 'eth0']);
    await until('the other node has it', () => has(lb2), 20_000);
    expect(await hasNone(lb1)).toBe(true);
    expect(await logged(lb1, 'it is put back')).toBe(before);
    expect(await troubles()).toBe(troubled);
  });
});
