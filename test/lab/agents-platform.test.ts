/** What Node lacks, on a real kernel, both through koffi and through programs: the two must not differ. */
import { jest } from '@jest/globals';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { evaluateInside } from './agents-module.js';

// Real programs on a machine that may be busy.
jest.setTimeout(180_000);

let lab: Lab;
let one: Host;
beforeAll(async () => {
  lab = await createLab('agents-platform');
  const lan = await lab.network('lan');
  const addresses = (last: number) => [`10.9.0.${last}/24`, `fd00:9::${last}/64`];
  one = await lab.host('one', { interfaces: [{ device: 'eth0', network: lan, addresses: addresses(1) }] });
  await lab.host('two', { interfaces: [{ device: 'eth0', network: lan, addresses: addresses(2) }] });
}, 90_000);
afterAll(() => lab.close());

describe.each([
  ['koffi', true],
  ['programs', false],
])('through %s', (_, native) => {
  const evaluate = (modules: readonly string[], body: string) => evaluateInside(one, modules, body, native);

  test('a live host answers an echo request, a dead one does not, for both families', async () => {
    const ask = (address: string) =>
      evaluate(['platform/icmp'], `return m.echoOnce('${address}', { timeout: 700, attempts: 2 });`);
    // Duplicate address detection of the hosts' IPv6 addresses may still be going on.
    await one.run(['sh', '-c', 'until ping -6 -c1 -W1 fd00:9::2 >/dev/null; do :; done']);
    expect(await ask('10.9.0.2')).toMatchObject({ ok: true });
    expect(await ask('fd00:9::2')).toMatchObject({ ok: true });
    expect(await ask('10.9.0.77')).toMatchObject({ ok: false, reason: expect.stringMatching(/no reply|unreachable/i) });
    expect(await ask('fd00:9::77')).toMatchObject({ ok: false });
  });

  test('addresses are added, listed and deleted, each as often as one likes', async () => {
    const found = await evaluate(
      ['platform/addresses'],
      `const change = { address: '10.9.0.100', prefix: 24, broadcast: '10.9.0.255', label: 'eth0:0' };
       const six = { address: 'fd00:9::100', prefix: 64 };
       const steps = [];
       for (const each of [change, change, six, six]) steps.push((await m.addAddress('eth0', each)) ?? 'done');
       const there = (await m.readAddresses()).filter(({ address }) => address.endsWith('100'));
       for (const each of [change, change, six, six]) steps.push((await m.deleteAddress('eth0', each)) ?? 'done');
       const left = (await m.readAddresses()).filter(({ address }) => address.endsWith('100'));
       steps.push((await m.addAddress('nope', change)) === undefined ? 'done' : 'refused');
       return { steps, there, left };`,
    );
    const flags = { tentative: false, duplicate: false };
    expect(found).toEqual({
      steps: [...Array(8).fill('done'), 'refused'],
      there: [
        {
          ...{ device: 'eth0', family: 'ipv4', address: '10.9.0.100', prefix: 24, broadcast: '10.9.0.255' },
          ...{ label: 'eth0:0', secondary: true, ...flags },
        },
        { device: 'eth0', family: 'ipv6', address: 'fd00:9::100', prefix: 64, secondary: false, ...flags },
      ],
      left: [],
    });
  });

  test('deleting the primary address of a network keeps the secondary ones', async () => {
    const left = await evaluate(
      ['platform/addresses'],
      `for (const last of [1, 2, 3]) await m.addAddress('eth0', { address: '10.7.0.' + last, prefix: 24, label: 'eth0:' + last });
       await m.deleteAddress('eth0', { address: '10.7.0.1', prefix: 24 });
       const left = (await m.readAddresses()).filter(({ address }) => address.startsWith('10.7.0.'));
       for (const each of [...left].reverse()) await m.deleteAddress('eth0', each);
       return left.map(({ address, label }) => address + ' ' + label).sort();`,
    );
    expect(left).toEqual(['10.7.0.2 eth0:2', '10.7.0.3 eth0:3']);
  });

  test('an address is seen on an interface without carrier', async () => {
    await one.link('eth0').cut();
    try {
      const seen = await evaluate(
        ['platform/addresses'],
        `return (await m.readAddresses()).some(({ address }) => address === '10.9.0.1');`,
      );
      expect(seen).toBe(true);
    } finally {
      await one.link('eth0').restore();
    }
  });

  test('real-time priority is for the daemon alone, its children run normally', async () => {
    const result = await evaluate(
      ['platform/realtime', 'platform/exec'],
      `const refused = await m.makeRealtime(3);
       const chrt = async (pid) => (await m.run('/usr/bin/chrt', ['-p', pid], { timeout: 5000 })).stdout;
       const { stdout: child } = await m.run('/bin/sh', ['-c', 'chrt -p $$'], { timeout: 5000 });
       const locked = (await import('node:fs')).readFileSync('/proc/self/status', 'utf8').match(/VmLck:\\s*(\\d+)/)[1];
       globalThis.gc?.();
       return { refused: refused.map(({ text }) => text), own: await chrt(String(process.pid)), child, locked: Number(locked) };`,
    );
    expect(result).toMatchObject({
      own: expect.stringMatching(/SCHED_RR.*priority: 3/s),
      child: expect.stringMatching(/SCHED_OTHER/),
      refused: native ? [] : ['Cannot lock ourselves into memory: the package koffi is not installed'],
    });
    expect((result as { locked: number }).locked > 0).toBe(native);
  });
});

test('a socket is bound to a device, and the reason is told when that is not possible', async () => {
  const result = await evaluateInside(
    one,
    ['platform/sockopt'],
    `const { createSocket } = await import('node:dgram');
     const socket = createSocket('udp4');
     await new Promise((resolve) => socket.bind(0, resolve));
     const fd = socket._handle.fd;
     return [await m.bindToDevice(fd, 'eth0'), await m.bindToDevice(fd, 'nope')].map((each) => each ?? 'done');`,
  );
  expect(result).toEqual(['done', 'ENODEV (no such device)']);
});

describe('syslog', () => {
  /** A stand-in for the syslog daemon: prints the first record that comes. */
  const listener = `
use IO::Socket::UNIX;
$| = 1;
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '/dev/log') or die "$!";
print "ready\\n";
$socket->recv(my $record, 4096);
print "$record\\n";
`;
  let logHost: Host;
  beforeAll(async () => {
    logHost = await lab.host('syslog');
    // /dev is shared with the machine, whose /dev/log is not ours to have.
    const nodes = ['null c 1 3', 'random c 1 8', 'urandom c 1 9'].map((node) => `mknod -m 666 /dev/${node}`);
    await logHost.get(['sh', '-ec', ['mount -t tmpfs -o mode=755 tmpfs /dev', ...nodes].join('\n')]);
  });

  test.each([
    ['koffi', true],
    ['logger', false],
  ])('gets ident, pid, priority and one line through %s', async (_, native) => {
    const received = await evaluateInside(
      logHost,
      ['platform/syslog'],
      `const { spawn } = await import('node:child_process');
       (await import('node:fs')).rmSync('/dev/log', { force: true });
       const listener = spawn('/usr/bin/perl', ['-e', ${JSON.stringify(listener)}]);
       const lines = (await import('node:readline')).createInterface({ input: listener.stdout })[Symbol.asyncIterator]();
       await lines.next();
       const log = await m.openSyslog('heartbeat', 'local0', { pid: true });
       log('WARN', 'node lb2: is dead %s %n\\nforged line');
       return String((await lines.next()).value).trim().replace('[' + process.pid + ']', '[PID]');`,
      native,
    );
    // local0 is 16, warning is 4: 16 * 8 + 4.
    expect(received).toMatch(/^<132>\w{3} [ \d]\d [\d:]{8} heartbeat\[PID\]: node lb2: is dead %s %n forged line/);
  });
});
