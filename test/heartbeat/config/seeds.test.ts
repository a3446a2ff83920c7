/** The heartbeat files of the published articles mean what their authors meant. */
import { readFileSync } from 'node:fs';
import { type ConfigurationResult, readConfiguration } from '../../../lib/heartbeat/config/configuration.js';
import { LB1 } from '../../support/heartbeat-environment.js';
import { fixture } from '../../support/paths.js';

const read = (
  seed: string,
  nodeName: string,
  files: { readonly haCf?: string; readonly haResources?: string; readonly authKeys?: string } = {},
): ConfigurationResult => {
  const text = (name: string): string => readFileSync(fixture('seeds', seed, name), 'utf8');
  return readConfiguration(
    {
      haCf: { path: 'ha.cf', text: text(files.haCf ?? 'ha.cf') },
      authKeys: { path: 'authkeys', text: files.authKeys ?? text('authkeys'), mode: 0o600 },
      haResources: { path: 'haresources', text: text(files.haResources ?? 'haresources') },
    },
    { ...LB1, nodeName },
  );
};

const warnings = (result: ConfigurationResult): readonly string[] =>
  result.diagnostics.map(({ at, severity, code }) => `${at.file}:${at.line}: ${severity} ${code}`);

const words = (result: ConfigurationResult) =>
  result.value?.groups.map(({ node, resources }) => [node, ...resources.map(({ agent, args }) => [agent, ...args])]);

describe('000: two directors, multicast on port 696', () => {
  const result = read('000', 'lb1');

  test('is accepted without a word, except for what genuine says about it', () => {
    expect(result.exitCode).toBe(0);
    expect(warnings(result)).toEqual([]);
    expect(result.startLines.map(({ text }) => text)).toEqual([
      'Pacemaker support: false',
      'Logging daemon is disabled --enabling logging daemon is recommended',
      '**************************',
      'Configuration validated. Starting heartbeat 3.0.6',
    ]);
  });

  test('its values', () => {
    expect(result.value?.config).toMatchObject({
      nodes: [{ value: 'lb1' }, { value: 'lb2' }],
      media: [
        { value: { kind: 'mcast', device: 'eth0', group: '225.0.0.1', port: 696, ttl: 1, loop: false } },
        { value: { kind: 'ping', host: '10.0.1.11' } },
      ],
      keepalive: 2000,
      deadtime: 10_000,
      warntime: 5000,
      initdead: 20_000,
      deadping: 10_000,
      autoFailback: 'on',
      logfile: '/var/log/ha-log',
      debugfile: '/var/log/ha-debug',
    });
    expect(result.value?.keys.sign).toEqual({ index: 1, method: 'sha1', key: 'f176669675682f063d2b088c1b462a2f' });
    expect(words(result)).toEqual([
      ['lb1', ['IPaddr', '10.0.2.50/8/eth0'], ['IPaddr', '192.168.120.50/24/eth1'], ['ldirectord', 'ldirectord.cf']],
    ]);
  });
});

describe('001: directives of heartbeat 1.x', () => {
  const keys = 'auth 1\n1 crc\n';
  const mon = read('001', 'lvs1.domain.com', { haCf: 'ha.conf', haResources: 'haresources.mon', authKeys: keys });
  const ldirectord = read('001', 'lvs2.domain.com', {
    haCf: 'ha.conf',
    haResources: 'haresources.ldirectord',
    authKeys: keys,
  });

  test('udp is bcast now, udpport and hopfudge still count', () => {
    expect(mon.exitCode).toBe(0);
    expect(mon.value?.config).toMatchObject({
      media: [{ value: { kind: 'bcast', device: 'eth0', port: 1001 } }],
      udpPort: 1001,
      hopfudge: 1,
      keepalive: 2000,
      deadtime: 10_000,
      logfacility: 'local0',
      autoFailback: 'legacy',
    });
    expect(mon.startLines[0]).toEqual({
      to: 'log',
      priority: 'WARN',
      text: "WARNING: directive 'udp' replaced by 'bcast'",
    });
    expect(warnings(mon)).toEqual(['ha.cf:1: warning ha.cf/legacy', 'ha.cf:16: warning ha.cf/udp']);
  });

  test('a bare address is IPaddr', () => {
    expect(words(mon)).toEqual([['lvs1.domain.com', ['IPaddr', '10.0.0.3'], ['lvs'], ['mon']]]);
    expect(words(ldirectord)).toEqual([['lvs1.domain.com', ['IPaddr', '10.0.0.3'], ['ldirectord', 'www']]]);
  });
});

describe('004: broadcast and multicast, ipfail, continuation lines', () => {
  const result = read('004', 'loadb2');

  test('its values', () => {
    expect(result.exitCode).toBe(0);
    expect(result.value?.config).toMatchObject({
      nodes: [{ value: 'loadb1' }, { value: 'loadb2' }],
      media: [{ value: { kind: 'bcast', device: 'eth0', port: 694 } }, { value: { kind: 'mcast', port: 694 } }],
      autoFailback: 'off',
      deadtime: 30_000,
      initdead: 30_000,
      clients: [{ value: { kind: 'respawn', user: 'hacluster', command: '/usr/lib/heartbeat/ipfail' } }],
      apiAuth: [{ value: { client: 'ipfail', uids: ['hacluster'], gids: ['haclient'] } }],
    });
    expect(result.value?.keys.sign).toEqual({ index: 3, method: 'md5', key: 'password' });
  });

  test('four physical lines are one group, and every word knows its own line', () => {
    expect(words(result)).toEqual([
      [
        'loadb1',
        ['ldirectord', 'ldirectord.cf'],
        ['LVSSyncDaemonSwap', 'master'],
        ['IPaddr2', '192.168.0.105/24/eth0/192.168.0.255'],
      ],
    ]);
    expect(result.value?.groups[0]?.resources.map(({ at }) => `${at.line}:${at.column}`)).toEqual([
      '2:1',
      '3:1',
      '4:1',
    ]);
  });

  test('everything in it is acted on, respawn too', () => {
    expect(warnings(result).filter((line) => line.includes('not-acted-on'))).toEqual([]);
    expect(result.value?.config.clients.map(({ value }) => value.command)).toEqual([expect.stringMatching(/ipfail$/)]);
  });
});

describe('every recording of the genuine daemon', () => {
  const recordings = [
    ['bcast-sha1-failback-on', 'ha.cf'],
    ['mcast-sha1', 'ha.cf'],
    ['mcast6-sha1', 'ha.cf'],
    ['ucast-sha1-two-links', 'ha.cf.lb1'],
    ['ucast6-sha1-two-links', 'ha.cf.lb1'],
    ['bcast-sha1-failback-legacy', 'ha.cf'],
    ['bcast-md5', 'ha.cf'],
    ['bcast-sha1-netstring', 'ha.cf'],
    ['ping-ipfail', 'ha.cf'],
    ['compression-zlib', 'ha.cf'],
    ['peer-without-acks', 'ha.cf'],
  ] as const;

  test.each(recordings)('%s: its configuration is accepted', (recording, haCf) => {
    const text = (name: string): string => readFileSync(fixture('heartbeat', recording, name), 'utf8');
    const result = readConfiguration(
      {
        haCf: { path: 'ha.cf', text: text(haCf) },
        authKeys: { path: 'authkeys', text: text('authkeys'), mode: 0o600 },
        haResources: { path: 'haresources', text: text('haresources') },
      },
      LB1,
    );
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.value?.groups.length).toBe(2);
  });
});
