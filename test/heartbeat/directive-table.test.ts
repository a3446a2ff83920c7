import { parseHaCf } from '../../lib/heartbeat/config/ha-cf.js';
import { configurationDump, directiveTable } from '../../lib/heartbeat/directive-table.js';
import { LB1 } from '../support/heartbeat-environment.js';

test('names and defaults stand in the columns of the genuine table', () => {
  const lines = directiveTable(false).split('\n');
  expect(lines[0]).toBe('Directive                Default   Description');
  expect(lines[1]).toBe('-'.repeat(80));
  expect(lines).toHaveLength(27);
  expect(lines).toContain('traditional_compression  no        set traditional_compression');
  expect(lines).toContain('deadtime                 30000ms   node deadtime');
});

test('the wiki table has one row per directive', () => {
  expect(directiveTable(true)).toContain('||[wiki:ha.cf/AutoFailbackDirective auto_failback]||legacy||auto failback||');
});

test('-v shows what is set and what is not, nodes in the order of the file, and every medium', () => {
  const text = [
    ...['logfile /var/log/ha-log', 'auto_failback on', 'node lb1', 'ping 10.0.0.1', 'node LB2', 'bcast eth0'],
    ...['mcast eth1 239.0.0.43 694 1 0', 'keepalive 200ms', 'deadtime 2', 'watchdog /dev/watchdog', 'env A=b'],
  ].join('\n');
  const dump = configurationDump(parseHaCf(text, 'ha.cf', LB1).value, 'LB1');
  expect(dump).toMatch(/^#\n#\tLinux-HA heartbeat configuration \(on LB1\)\n#\n\n#-{51}\n/);
  expect(dump).toContain(
    'keepalive\t200ms\t#\tkeepalive time\ndeadtime\t2\t#\tnode deadtime\ndeadping\t2000ms\t#\tping deadtime\n',
  );
  expect(dump).toContain(
    'warntime\t1000ms\t#\twarning time\nwatchdog\t/dev/watchdog\t#\twatchdog device\nbaud\t19200\t',
  );
  expect(dump).toContain('realtime\ttrue\t#\tenable realtime behavior?\ndebug\t0\t#\tdebug level\n');
  expect(dump).toMatch(/node lb1\t#\t current status: init\nnode 10\.0\.0\.1\t.*\nnode lb2\t/);
  expect(dump).toMatch(
    /#\n# ping membership heartbeat channel -+\nping 10\.0\.0\.1\n#\n# UDP\/IP broadcast heartbeat channel -+\nbcast eth0\n#\n/,
  );
  expect(dump.endsWith('mcast eth1\n#---------------------------------------------------\n')).toBe(true);
});
