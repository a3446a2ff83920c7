/** lvs.alert under Debian's mon: a service that fails leaves the table, and comes back with it. */
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { installSuite } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import { projectRoot } from '../support/paths.js';

/** As the seed of the mon solution has it, with nat instead of dr: that works on every kernel. */
const ALERT = 'lvs.alert -P tcp -V 10.0.0.3:80 -R 192.168.0.1:8080 -W 5 -F nat';
const MON_CF = `cfbasedir = /etc/mon
alertdir = ${join(projectRoot, 'packaging', 'mon')}
mondir = /run/mon.d
statedir = /run/mon
logdir = /run/mon
maxprocs = 20
histlength = 100

hostgroup www1 192.168.0.1

watch www1
    service http
        interval 1s
        monitor mark.monitor
        period wd {Sun-Sat}
            alert ${ALERT}
            upalert ${ALERT}
`;

/** A service that works while its mark is there. */
const MONITOR = '#!/bin/sh\n[ -e /run/mark ] && exit 0\necho "$1"\nexit 1\n';

let lab: Lab;
let host: Host;
const env = { HA_SUITE_IPVS_ENGINE: 'nft' };
const ipvsadm = (...args: readonly string[]) => host.get(['/usr/local/sbin/ha-ipvsadm', ...args], { env });

beforeAll(async () => {
  lab = await createLab('mon');
  const lan = await lab.network('lan');
  host = await lab.host('lvs1', { interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }] });
  await installSuite(host);
  await host.write('/run/mon.cf', MON_CF);
  await host.write('/run/mon.d/mark.monitor', MONITOR, '755');
  await host.get(['sh', '-c', 'mkdir -p /run/mon /etc/mon; touch /run/mark']);
  await ipvsadm('-A', '-t', '10.0.0.3:80', '-s', 'wlc');
  await ipvsadm('-a', '-t', '10.0.0.3:80', '-r', '192.168.0.1:8080', '-w', '5', '-m');
}, 90_000);
afterAll(() => lab?.close());

const isInTable = async (): Promise<boolean> => (await ipvsadm('-Ln')).includes('192.168.0.1:8080');

test('a failed service leaves the table, one that is back returns with its weight', async () => {
  const mon = host.start(['/usr/sbin/mon', '-c', '/run/mon.cf'], { env });
  const said: string[] = [];
  mon.onLine((line) => said.push(line));
  try {
    await host.get(['rm', '/run/mark']);
    await until('it is taken out', async () => !(await isInTable()), 30_000, 500);
    await host.get(['touch', '/run/mark']);
    await until('it is back', isInTable, 30_000, 500);
    expect(await ipvsadm('-Sn')).toBe('-A -t 10.0.0.3:80 -s wlc\n-a -t 10.0.0.3:80 -r 192.168.0.1:8080 -m -w 5\n');
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${said.join('\n')}`);
  } finally {
    await mon.stop();
  }
}, 90_000);
