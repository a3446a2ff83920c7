/** What the published configurations have wrong: where the genuine programs refuse them, and what is made of them here. */
import { createHost, type Host } from '../../lib/lab/host.js';
import { installSuite } from '../../lib/lab/suite-files.js';
import { seedFile } from '../support/seeds/seed-file.js';

const GENUINE = { heartbeat: '/usr/libexec/heartbeat/heartbeat', ldirectord: '/usr/sbin/ldirectord' };

/** A host with the suite and an eth0, which needs no network. */
const hostWithSuite = async (name: string, address: string): Promise<Host> => {
  const host = await createHost(name);
  await installSuite(host);
  await host.get(['ip', 'link', 'add', 'eth0', 'type', 'bridge']);
  await host.get(['ip', 'address', 'add', address, 'brd', '+', 'dev', 'eth0']);
  await host.get(['ip', 'link', 'set', 'eth0', 'up']);
  return host;
};

describe('seed 001', () => {
  let host: Host;
  beforeAll(async () => {
    host = await hostWithSuite('lvs1.domain.com', '10.0.0.1/24');
    await host.write('/etc/ha.d/haresources', seedFile('001', 'haresources.ldirectord'));
    await host.write('/etc/ha.d/www.cf', seedFile('001', 'www.cf'));
  }, 60_000);
  afterAll(() => host?.close());

  test('the file is called ha.cf, not ha.conf', async () => {
    await host.write('/etc/ha.d/ha.conf', seedFile('001', 'ha.conf'));
    const [ours, genuine] = [await host.run(['ha-heartbeat']), await host.run([GENUINE.heartbeat])];
    expect(ours.code).not.toBe(0);
    expect(ours.code).toBe(genuine.code);
    expect(ours.stderr).toContain('Cannot open config file [/etc/ha.d//ha.cf]');
    expect(genuine.stderr).toContain('Cannot open config file [/etc/ha.d//ha.cf]');
  });

  test('there must be keys', async () => {
    await host.write('/etc/ha.d/ha.cf', seedFile('001', 'ha.conf'));
    const [ours, genuine] = [await host.run(['ha-heartbeat']), await host.run([GENUINE.heartbeat])];
    expect(ours.code).not.toBe(0);
    expect(ours.code).toBe(genuine.code);
    expect(ours.stderr).toContain('/etc/ha.d//authkeys');
    expect(genuine.stderr).toContain('/etc/ha.d//authkeys');
  });

  test('ldirectord::www is a file www, not www.cf', async () => {
    const [ours, genuine] = [
      await host.run(['ldirectord-ts', 'www', 'start']),
      await host.run([GENUINE.ldirectord, 'www', 'start']),
    ];
    expect([ours.code, genuine.code]).toEqual([1, 1]);
    expect([ours.stderr, genuine.stderr]).toEqual([
      expect.stringContaining('Config file www not found'),
      expect.stringContaining('Config file www not found'),
    ]);
  });

  test('"timeout" is refused by ldirectord 4.12; here it is checktimeout, with a warning', async () => {
    const [ours, genuine] = [
      await host.run(['ldirectord-ts', 'www.cf', 'status']),
      await host.run([GENUINE.ldirectord, 'www.cf', 'status']),
    ];
    expect(genuine.code).toBe(2);
    expect(genuine.stderr).toContain('timeout directive deprecated');
    expect(ours.code).toBe(3);
    const checked = await host.run(['ldirectord-ts', 'www.cf', 'check']);
    expect(checked.code).toBe(0);
    expect(checked.stdout + checked.stderr).toMatch(/www\.cf:6:\d+: warning.*timeout/);
  });
});

describe('seed 004', () => {
  let host: Host;
  beforeAll(async () => {
    host = await hostWithSuite('loadb1', '192.168.0.103/24');
    for (const name of ['ha.cf', 'haresources', 'ldirectord.cf']) {
      await host.write(`/etc/ha.d/${name}`, seedFile('004', name));
    }
    await host.write('/etc/ha.d/authkeys', seedFile('004', 'authkeys'), '600');
  }, 60_000);
  afterAll(() => host?.close());

  test('ipfail is not in /usr/lib/heartbeat on Debian', async () => {
    const [ours, genuine] = [await host.run(['ha-heartbeat']), await host.run([GENUINE.heartbeat])];
    expect(ours.code).not.toBe(0);
    expect(ours.code).toBe(genuine.code);
    expect(ours.stderr).toContain('Client child command [/usr/lib/heartbeat/ipfail] is not executable');
    expect(genuine.stderr).toContain('Client child command [/usr/lib/heartbeat/ipfail] is not executable');
  });

  test('without indentation ldirectord.cf is refused by ldirectord 4.12; here it is accepted, with a warning', async () => {
    const [ours, genuine] = [
      await host.run(['ldirectord-ts', 'ldirectord.cf', 'status']),
      await host.run([GENUINE.ldirectord, 'ldirectord.cf', 'status']),
    ];
    expect(genuine.code).toBe(2);
    expect(genuine.stderr).toContain('Unknown command');
    expect(ours.code).toBe(3);
    expect(ours.stdout).toContain('ldirectord is stopped for /etc/ha.d/ldirectord.cf');
  });
});
