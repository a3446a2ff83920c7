import type { HaConfig } from '../../../lib/heartbeat/config/model.js';
import { homelessLogs, logTargets } from '../../../lib/heartbeat/wiring/log-targets.js';

const config = (part: Partial<HaConfig>): HaConfig =>
  ({ logfile: undefined, debugfile: undefined, logfacility: undefined, ...part }) as HaConfig;

test.each([
  ['a log file only', { logfile: '/var/log/ha-log' }, { logfile: '/var/log/ha-log' }],
  ['a facility only', { logfacility: 'local0' }, { facility: 'local0' }],
  ['facility none and a file', { logfacility: 'none', debugfile: '/d' }, { debugfile: '/d' }],
  ['nothing: what the logging daemon would do', {}, { facility: 'daemon' }],
  ['facility none and nothing else', { logfacility: 'none' }, { facility: 'daemon' }],
])('%s', (_case, part, expected) => {
  expect(logTargets(config(part))).toEqual({
    logfile: undefined,
    debugfile: undefined,
    facility: undefined,
    ...expected,
  });
});

test('a log file whose folder is not there is told of once', () => {
  const [logfile, debugfile] = ['/nonexistent/ha-log', '/tmp/ha-debug'];
  expect(homelessLogs(config({ logfile, debugfile }))).toEqual([
    'nothing can be logged to /nonexistent/ha-log: there is no folder /nonexistent',
  ]);
  expect(homelessLogs(config({ logfile, debugfile: logfile }))).toHaveLength(1);
  expect(homelessLogs(config({}))).toEqual([]);
});
