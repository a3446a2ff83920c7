/** ha-realserver on a web server: the address is served, and no neighbour learns of it from this machine. */

import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { command, projectRoot } from '../support/paths.js';
import { story } from './stories.js';

const VIP = '10.8.0.100';
const VIP6 = 'fd00:8::100';
const COMMAND = command('ha-realserver');
const AGENT = join(projectRoot, 'dist', 'resource.d', 'realserver.js');
const SETTINGS = ['arp_ignore', 'arp_announce'].map((name) => `/proc/sys/net/ipv4/conf/all/${name}`);

story('a web server', ({ begin, step, end }) => {
  let lab: Awaited<ReturnType<typeof createLab>>;
  let web: Host;
  let client: Host;
  const heard: string[] = [];
  begin(async () => {
    lab = await createLab('realserver');
    const lan = await lab.network('lan');
    const at = (host: number) => ({
      interfaces: [{ device: 'eth0', network: lan, addresses: [`10.8.0.${host}/24`, `fd00:8::${host}/64`] }],
    });
    web = await lab.host('web', at(1));
    client = await lab.host('client', at(2));
    const sniffer = client.start(['tcpdump', '-l', '-n', '-i', 'eth0', 'arp or icmp6']);
    sniffer.onLine((line) => heard.push(line));
    await until('tcpdump listens', () => heard.some((line) => line.includes('listening on')), 20_000);
  });
  end(() => lab?.close());

  const settings = () => web.get(['cat', ...SETTINGS]);
  const addresses = () => web.get(['ip', '-o', 'addr', 'show']);
  const run = (...words: readonly string[]) => web.run([COMMAND, ...words]);
  /** Whether anybody answers the question who has the address. */
  const isAnswered = async () =>
    (await client.run(['arping', '-q', '-c', '3', '-w', '1', '-f', '-I', 'eth0', VIP])).code === 0;
  const isReached = async (address: string) =>
    (await client.run(['ping', '-q', '-c', '1', '-W', '1', address])).code === 0;

  step('an address on lo alone is told to everybody who asks', async () => {
    await web.get(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'lo']);
    expect(await isAnswered()).toBe(true);
    const status = await run('status', VIP);
    expect([status.code, status.stdout]).toEqual([
      1,
      `${VIP} is on lo, but its neighbours can learn that (arp_ignore=0, arp_announce=0)\n`,
    ]);
    await web.get(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
    expect((await run('status', VIP)).code).toBe(3);
  });

  step('after start nobody is told, and who knows where to send is served', async () => {
    expect(await run('start', VIP, VIP6)).toMatchObject({ code: 0, stdout: '' });
    expect(await settings()).toBe('1\n2\n');
    expect(await addresses()).toMatch(new RegExp(`lo +inet ${VIP}/32 `));
    expect(await addresses()).toMatch(new RegExp(`lo +inet6 ${VIP6}/128 scope global .*deprecated`));
    // The kernel may still be looking after the link-local address of eth0; that is not ours.
    expect(await addresses()).not.toMatch(new RegExp(`${VIP6}.*tentative`));
    expect(await run('status', VIP, VIP6)).toMatchObject({
      code: 0,
      stdout: `${VIP} on lo is running\n${VIP6} on lo is running\n`,
    });
    expect(await isAnswered()).toBe(false);
    expect(await isReached(VIP6)).toBe(false);
    expect(heard.filter((line) => line.includes(`who has ${VIP6}`))).not.toEqual([]);
    expect(heard.filter((line) => line.includes(`tgt is ${VIP6}`))).toEqual([]);
    // What a director does: it sends to the hardware address of the web server.
    const mac = (await web.get(['cat', '/sys/class/net/eth0/address'])).trim();
    for (const address of [VIP, VIP6]) {
      await client.get(['ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', 'eth0', 'nud', 'permanent']);
      expect(await isReached(address)).toBe(true);
    }
  });

  step('its own questions do not name the address either', async () => {
    heard.length = 0;
    await web.get(['ip', 'neigh', 'flush', 'dev', 'eth0']);
    await web.get(['ping', '-q', '-c', '1', '-W', '5', '-I', VIP, '10.8.0.2']);
    await until('the question was heard', () => heard.some((line) => line.includes('who-has 10.8.0.2')), 10_000);
    expect(heard.filter((line) => line.includes('who-has 10.8.0.2 tell 10.8.0.1,'))).not.toEqual([]);
    expect(heard.filter((line) => line.includes(`tell ${VIP}`))).toEqual([]);
  });

  step('it is there for machines, too', async () => {
    const { stdout } = await run('status', '--json', VIP, '10.8.0.101/dummy0');
    expect(JSON.parse(stdout)).toEqual([
      { address: VIP, device: 'lo', running: true, leaks: [] },
      { address: '10.8.0.101', device: 'dummy0', running: false, leaks: [] },
    ]);
  });

  step('as a resource it is found running, put right, and stopped', async () => {
    expect(await web.run([AGENT, VIP, 'status'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Running OK/),
    });
    await web.get(['tee', SETTINGS[0] ?? ''], { input: '0' });
    const leaking = await web.run([AGENT, VIP, 'status']);
    expect(leaking.code).toBe(1);
    expect(leaking.stdout).not.toMatch(/running|OK/i);
    await web.get([AGENT, VIP, 'start']);
    expect(await settings()).toBe('1\n2\n');
    // heartbeat cuts the address at "::".
    expect(await web.run([AGENT, 'fd00:8', '100', 'stop'])).toMatchObject({ code: 0 });
    expect(await addresses()).not.toMatch(VIP6);
  });

  step('with the last address the settings come back; a device that was there before stays', async () => {
    // Not every kernel has dummy devices; that one is made and removed is seen in test/ipvs, where there are.
    await web.get(['ip', 'link', 'add', 'name', 'dummy0', 'type', 'bridge']);
    expect(await run('start', '--device', 'dummy0', '10.8.0.101')).toMatchObject({ code: 0 });
    expect(await addresses()).toMatch(/dummy0 +inet 10\.8\.0\.101\/32 /);
    await run('stop', VIP);
    expect(await settings()).toBe('1\n2\n');
    await run('stop', '10.8.0.101/dummy0');
    expect(await settings()).toBe('0\n0\n');
    expect(await addresses()).not.toMatch(/10\.8\.0\.10[01]\/32/);
    await web.get(['ip', 'link', 'show', 'dev', 'dummy0']);
    expect(await run('stop', VIP)).toMatchObject({ code: 0 });
  });

  step('without words it does what /etc/default/ha-realserver says', async () => {
    expect(await run('start')).toMatchObject({
      code: 0,
      stdout: 'There are no addresses in /etc/default/ha-realserver.\n',
    });
    await web.write('/etc/default/ha-realserver', `# comment\nADDRESSES="${VIP} ${VIP6}"\n`);
    expect(await run('start')).toMatchObject({ code: 0, stdout: '' });
    expect(await run('status')).toMatchObject({ code: 0 });
    // A setting that somebody else has made stricter meanwhile is left alone.
    await web.get(['tee', SETTINGS[0] ?? ''], { input: '2' });
    expect(await run('stop')).toMatchObject({ code: 0 });
    expect(await run('status')).toMatchObject({ code: 3 });
    expect(await settings()).toBe('2\n0\n');
  });

  step('what cannot be is refused', async () => {
    expect(await run('start', '10.8.0.1/eth0')).toMatchObject({
      code: 6,
      stderr: 'error: eth0 is neither lo nor a dummy device\n',
    });
    expect(await run('begin', VIP)).toMatchObject({ code: 2 });
    expect(await run('start', '--nosuch')).toMatchObject({ code: 2, stderr: expect.stringMatching(/unknown option/) });
  });
});
