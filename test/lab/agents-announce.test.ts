/** Gratuitous ARP and neighbour advertisements as the neighbours see them. */
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { command, projectRoot } from '../support/paths.js';
import { evaluateInside } from './agents-module.js';

const IPADDR2 = join(projectRoot, 'dist', 'resource.d', 'IPaddr2.js');

let lab: Lab;
const hosts = new Map<string, Host>();
const host = (name: string): Host => {
  const found = hosts.get(name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
};
beforeAll(async () => {
  lab = await createLab('agents-announce');
  const lan = await lab.network('lan');
  for (const [index, name] of ['old', 'new', 'client'].entries()) {
    const addresses = [`10.9.0.${index + 1}/24`, `fd00:9::${index + 1}/64`];
    hosts.set(name, await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses }] }));
  }
  const steady = 'until ping -6 -c1 -W1 fd00:9::3 >/dev/null && ping -6 -c1 -W1 fd00:9::1 >/dev/null; do :; done';
  await host('new').run(['sh', '-c', steady]);
}, 180_000);
afterAll(() => lab.close());

const macOf = async (name: string): Promise<string> =>
  (await host(name).get(['cat', '/sys/class/net/eth0/address'])).trim();

/** Captures on the client until `act` is done and half a second more. */
const captured = async (filter: string, act: () => Promise<unknown>): Promise<readonly string[]> => {
  const lines: string[] = [];
  const tcpdump = host('client').start(['tcpdump', '-i', 'eth0', '-n', '-e', '-l', '-vv', filter]);
  let listening = false;
  tcpdump.onLine((line) => {
    if (line.includes('listening on')) listening = true;
    else lines.push(line);
  });
  try {
    await until('tcpdump listens', async () => listening, 10_000);
    await act();
    await new Promise((resolve) => setTimeout(resolve, 500));
  } finally {
    await tcpdump.stop();
  }
  return lines;
};

test('send_arp sends pairs of request and reply from the address of the device', async () => {
  const mac = await macOf('new');
  const lines = await captured('arp', () =>
    host('new').get([command('send_arp'), '-i', '50', '-r', '2', 'eth0', '10.9.0.100', 'auto', 'x', 'x']),
  );
  const [request, reply] = [
    `${mac} > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Ethernet (len 6), IPv4 (len 4), ` +
      'Request who-has 10.9.0.100 tell 10.9.0.100, length 28',
    `${mac} > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Ethernet (len 6), IPv4 (len 4), ` +
      `Reply 10.9.0.100 is-at ${mac}, length 28`,
  ];
  const announced = lines.filter((line) => line.includes('10.9.0.100')).map((line) => line.replace(/^\S+ /, ''));
  expect(announced).toEqual([request, reply, request, reply]);
}, 90_000);

test('its frames are those of the genuine send_arp', async () => {
  const frames = (program: readonly string[]) =>
    captured('arp', () =>
      host('new').get([...program, '-i', '50', '-r', '1', 'eth0', '10.9.0.101', '02aabbccddee', 'x', 'x']),
    );
  const clean = (lines: readonly string[]) =>
    lines.filter((line) => line.includes('10.9.0.101')).map((line) => line.replace(/^\S+ /, ''));
  const genuine = clean(await frames(['/usr/libexec/heartbeat/send_arp']));
  expect(genuine).toHaveLength(2);
  expect(clean(await frames([command('send_arp')]))).toEqual(genuine);
}, 90_000);

test('its pid file is there while it repeats, and SIGTERM ends it', async () => {
  const running = host('new').start([
    ...[command('send_arp'), '-i', '100', '-r', '1000', '-p', '/run/send_arp.pid'],
    ...['eth0', '10.9.0.102', 'auto', 'x', 'x'],
  ]);
  await until('the pid file is there', async () => (await host('new').read('/run/send_arp.pid')) !== '', 10_000);
  await host('new').get(['sh', '-c', 'kill $(cat /run/send_arp.pid)']);
  expect(await running.exited).toBe(0);
  expect(await host('new').read('/run/send_arp.pid')).toBe('');
}, 90_000);

describe.each([
  ['IPv4', '10.9.0.200/24/eth0', '10.9.0.200', '-4'],
  ['IPv6', 'fd00:9::200/64/eth0', 'fd00:9::200', '-6'],
])('a moved %s address', (_, argument, address, family) => {
  test('is reached at its new owner with the very next packet', async () => {
    const client = host('client');
    await host('old').get([IPADDR2, argument, 'start']);
    await client.get(['ping', family, '-c', '1', '-W', '3', address]);
    const remembered = () => client.get(['ip', 'neigh', 'show', address, 'dev', 'eth0']);
    expect(await remembered()).toContain(await macOf('old'));
    // The old owner dies without a word: its cable is cut, its address stays.
    await host('old').link('eth0').cut();
    try {
      await host('new').get([IPADDR2, argument, 'start']);
      await until('the client has heard of it', async () => (await remembered()).includes(await macOf('new')), 1000);
      const { stdout } = await client.run(['ping', family, '-c', '1', '-W', '1', address]);
      expect(stdout).toContain('1 received');
    } finally {
      await host('new').run([IPADDR2, argument, 'stop']);
      await host('old').run([IPADDR2, argument, 'stop']);
      await host('old').link('eth0').restore();
    }
  }, 180_000);
});

test('a released address is not announced any longer', async () => {
  const lines = await captured('arp', async () => {
    await evaluateInside(
      host('new'),
      ['platform/announce'],
      `await m.prepareAnnouncer();
       const target = { device: 'eth0', address: '10.9.0.103' };
       m.announce(target, { count: 1000, interval: 50, log: () => {} });
       await new Promise((resolve) => setTimeout(resolve, 175));
       m.cancelAnnouncement(target);
       await new Promise((resolve) => setTimeout(resolve, 500));`,
    );
  });
  const count = lines.filter((line) => line.includes('Request who-has 10.9.0.103')).length;
  expect(count).toBeGreaterThan(1);
  expect(count).toBeLessThan(6);
}, 90_000);
