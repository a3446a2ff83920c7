import { scriptEnvironment, stopRetries } from '../../../lib/heartbeat/resources/environment.js';

const base = {
  ...{ self: 'lb1', logfile: undefined, debugfile: undefined, logfacility: undefined, debug: 0, path: '/usr/bin' },
  environment: {},
};

test('node, folders and logs', () => {
  const environment = scriptEnvironment({
    ...base,
    ...{ logfile: '/var/log/ha-log', debugfile: '/var/log/ha-debug', logfacility: 'local0', debug: 2 },
    environment: { STOPRETRYMAX: '3' },
  });
  expect(environment).toMatchObject({
    ...{ HA_DIR: '/etc/ha.d/', HA_FUNCS: '/etc/ha.d//shellfuncs', HA_CURHOST: 'lb1', OCF_ROOT: '/usr/lib/ocf' },
    ...{ HA_LOGFILE: '/var/log/ha-log', HA_DEBUGLOG: '/var/log/ha-debug', HA_LOGFACILITY: 'local0', HA_debug: '2' },
    HA_STOPRETRYMAX: '3',
  });
});

test('without log files scripts write their noise nowhere', () => {
  const environment = scriptEnvironment(base);
  expect(environment.HA_DEBUGLOG).toBe('/dev/null');
  expect(environment).not.toHaveProperty('HA_LOGFILE');
  expect(environment).not.toHaveProperty('HA_debug');
});

test('retries of a failed stop', () => {
  expect(stopRetries({})).toBe(10);
  expect(stopRetries({ STOPRETRYMAX: '0' })).toBe(0);
  expect(stopRetries({ STOPRETRYMAX: 'many' })).toBe(10);
});

test('what the daemon was started with is passed on, and ha.cf with its defaults as HA_name', () => {
  const environment = scriptEnvironment({
    ...base,
    parameters: { keepalive: '1', auto_failback: 'on' },
    inherited: { HOME: '/root', TZ: 'Europe/Budapest', HA_CURHOST: 'somebody else', UNSET: undefined },
  });
  expect(environment).toMatchObject({
    ...{ HOME: '/root', TZ: 'Europe/Budapest', HA_CURHOST: 'lb1', HA_keepalive: '1', HA_auto_failback: 'on' },
  });
  expect(environment).not.toHaveProperty('UNSET');
});
