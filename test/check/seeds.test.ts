/** The published configurations, each on a director as its article describes one, hold no error. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Changes, onMachine } from '../support/check-machine.js';
import { haIn } from '../support/ha.js';
import { projectRoot } from '../support/paths.js';
import { seedFile } from '../support/seeds/seed-file.js';

interface Finding {
  readonly severity: string;
  readonly code: string;
  readonly file: string;
  readonly line: number;
}

/** Text as the command reads it, one byte per character. */
const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const check = async (files: Readonly<Record<string, string>>, changes: Changes): Promise<readonly string[]> => {
  const below = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/etc/ha.d/${name}`, asBytes(text)]));
  const { stdout } = await haIn(below, ['check', '--json'], onMachine(changes));
  return (JSON.parse(stdout) as { findings: readonly Finding[] }).findings.map(
    ({ file, line, severity, code }) => `${file.replace('/etc/ha.d/', '')}:${line} ${severity} ${code}`,
  );
};

const LB1: Changes = { nodeName: 'lb1', addresses: ['eth0 10.0.1.2/8', 'eth1 192.168.120.2/24'] };
const EXPECTED_000 = ['ha.cf warning check/one-path', 'ha.cf warning check/ping-without-ipfail'];

test('the example that is installed, and the article it is from', async () => {
  const example = (name: string): string =>
    readFileSync(join(projectRoot, 'packaging', 'examples', 'linux-ha-lvs-pair', name), 'utf8');
  const heartbeat = (text: (name: string) => string) =>
    Object.fromEntries(['ha.cf', 'authkeys', 'haresources'].map((name) => [name, text(name)]));
  const conf = 'conf/ldirectord.cf';
  const both = [
    { ...heartbeat(example), [conf]: example(conf) },
    { ...heartbeat((name) => seedFile('000', name)), 'ldirectord.cf': seedFile('000', 'ldirectord.cf') },
  ];
  for (const files of both) {
    const found = await check(files, LB1);
    // Its checks connect and do not look at the page, although they say what it must hold.
    expect(found.filter((one) => one.endsWith('check/receive-unused'))).toHaveLength(2);
    expect(found.filter((one) => !one.includes('ldirectord.cf')).map((one) => one.replace(/:\d+/, ''))).toEqual(
      EXPECTED_000,
    );
    expect(found).toHaveLength(4);
  }
});

test('its sysctl.conf is needed', async () => {
  const files = { 'ldirectord.cf': seedFile('000', 'ldirectord.cf') };
  const without = await check(files, { ...LB1, settings: { 'net.ipv4.ip_forward': '0' } });
  expect(without.filter((one) => / error /.test(one))).toEqual(['ldirectord.cf:14 error check/forwarding-off']);
});

test('001, with what the article leaves out', async () => {
  const files = {
    'ha.cf': `${seedFile('001', 'ha.conf')}auto_failback on\n`,
    authkeys: 'auth 1\n1 sha1 key\n',
    haresources: seedFile('001', 'haresources.ldirectord'),
    www: seedFile('001', 'www.cf'),
  };
  const machine = { nodeName: 'lvs1.domain.com', addresses: ['eth0 10.0.0.1/24', 'eth1 192.168.0.10/24'] };
  expect((await check(files, machine)).filter((one) => / error /.test(one))).toEqual([]);
  const { www, ...others } = files;
  const asPrinted = { ...others, 'www.cf': www };
  expect((await check(asPrinted, machine)).filter((one) => / error /.test(one))).toEqual([
    'haresources:1 error check/no-director-file',
  ]);
});

test('004', async () => {
  const files = Object.fromEntries(
    ['ha.cf', 'authkeys', 'haresources', 'ldirectord.cf'].map((name) => [name, seedFile('004', name)]),
  );
  const found = await check(files, {
    nodeName: 'loadb1',
    addresses: ['eth0 192.168.0.103/24'],
    devices: ['lo', 'eth0'],
  });
  expect(found.filter((one) => / error /.test(one))).toEqual([]);
  // The article starts ipfail and names no ping node.
  expect(found).toContain('ha.cf:7 warning check/ipfail-without-ping');
});
