import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HaConfig } from '../../../../lib/heartbeat/config/model.js';
import { logTargets } from '../../../../lib/heartbeat/wiring/log/log-targets.js';

const config = (part: Partial<HaConfig>): HaConfig =>
  ({ logfile: undefined, debugfile: undefined, logfacility: undefined, ...part }) as HaConfig;

test.each([
  ['a log file only', { logfile: '/var/log/ha-log' }, { logfile: '/var/log/ha-log' }],
  ['a facility only', { logfacility: 'local0' }, { facility: 'local0' }],
  ['facility none and a file', { logfacility: 'none', debugfile: '/d' }, { debugfile: '/d' }],
  ['nothing: what the logging daemon would do', {}, { facility: 'daemon' }],
  ['facility none and nothing else', { logfacility: 'none' }, { facility: 'daemon' }],
])('%s', (_case, part, expected) => {
  expect(logTargets(config(part), '/nonexistent')).toEqual({
    logfile: undefined,
    debugfile: undefined,
    facility: undefined,
    ...expected,
  });
});

test('without a log of its own in ha.cf, the file of the logging daemon says where messages go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logd-'));
  const file = (text: string): string => {
    writeFileSync(join(folder, 'logd.cf'), text);
    return join(folder, 'logd.cf');
  };
  try {
    expect(
      logTargets(config({}), file('#logfile /no\nlogfile /var/log/ha\ndebugfile /var/log/had\nlogfacility local7\n')),
    ).toEqual({
      logfile: '/var/log/ha',
      debugfile: '/var/log/had',
      facility: 'local7',
    });
    expect(logTargets(config({}), file('logfile /var/log/ha\nlogfacility none\n'))).toMatchObject({
      facility: undefined,
    });
    expect(logTargets(config({}), file('logfacility none\n'))).toMatchObject({ facility: 'daemon' });
    expect(logTargets(config({}), file('logfacility nonsense\n'))).toMatchObject({ facility: 'daemon' });
    expect(logTargets(config({ logfile: '/l' }), file('logfile /other\n'))).toMatchObject({ logfile: '/l' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
