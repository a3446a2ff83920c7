import { FACILITIES } from '../../lib/heartbeat/config/scalars.js';
import { isSyslogFacility, openSyslog } from '../../lib/platform/syslog.js';

test('a facility that syslog does not have is an error', async () => {
  await expect(openSyslog('heartbeat', 'local8', { pid: true })).rejects.toThrow("unknown syslog facility 'local8'");
});

test('every facility that ha.cf takes can be opened', () => {
  for (const name of FACILITIES) if (name !== 'none') expect([name, isSyslogFacility(name)]).toEqual([name, true]);
});

test('the facilities of the configuration files are known in any case', () => {
  for (const name of ['local0', 'local7', 'daemon', 'DAEMON', 'user', 'auth', 'security']) {
    expect(isSyslogFacility(name)).toBe(true);
  }
  expect(isSyslogFacility('toString')).toBe(false);
});
