import {
  daemonEnvironment,
  occasionEnvironment,
  resourceEnvironment,
  stopRetries,
} from '../../../lib/heartbeat/resources/environment.js';

const base = {
  ...{ self: 'lb1', logfile: undefined, debugfile: undefined, logfacility: undefined, debug: 0, path: '/usr/bin' },
  ...{ useLogd: false, legacy: false },
  environment: {},
};

test('node, folders and logs', () => {
  const environment = daemonEnvironment({
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
  const environment = daemonEnvironment(base);
  expect(environment.HA_DEBUGLOG).toBe('/dev/null');
  expect(environment).not.toHaveProperty('HA_LOGFILE');
  expect(environment.HA_debug).toBe('0');
});

test('retries of a failed stop', () => {
  expect(stopRetries({})).toBe(10);
  expect(stopRetries({ STOPRETRYMAX: '0' })).toBe(0);
  expect(stopRetries({ STOPRETRYMAX: 'many' })).toBe(10);
});

test('what the daemon was started with is passed on, and ha.cf with its defaults as HA_name', () => {
  const environment = daemonEnvironment({
    ...base,
    parameters: { keepalive: '1', auto_failback: 'on' },
    inherited: { HOME: '/root', TZ: 'Europe/Budapest', LANG: 'hu_HU', HA_CURHOST: 'somebody else', UNSET: undefined },
  });
  expect(environment).toMatchObject({
    ...{ HOME: '/root', TZ: 'Europe/Budapest', HA_CURHOST: 'lb1', HA_keepalive: '1', HA_auto_failback: 'on' },
  });
  expect(environment).not.toHaveProperty('UNSET');
  expect(environment).not.toHaveProperty('LANG');
});

test('a resource script is called as by ResourceManager: single slashes, and the folders of shellfuncs on the path', () => {
  expect(resourceEnvironment(base)).toMatchObject({
    ...{ HA_DIR: '/etc/ha.d', HA_RESOURCEDIR: '/etc/ha.d/resource.d', HA_FUNCS: '/etc/ha.d/shellfuncs' },
    PATH: '/usr/sbin:/usr/share/heartbeat:/usr/bin:/sbin:/bin:/usr/sbin:/usr/bin:/usr/ucb',
  });
});

describe('what led to a start is seen by the scripts, as a probe in resource.d of a genuine node saw it', () => {
  const moment = { status: 'active', seconds: 0x6b01672a };
  const settings = base;

  test('our own groups: the message to ourselves', () => {
    expect(occasionEnvironment({ kind: 'own' }, 'web::a', true, settings, moment)).toEqual({
      ...{ HA_RCDIR: '/etc/ha.d//rc.d', HA_RESOURCEDIR: '/etc/ha.d//resource.d', HA_OSTATUS: 'active' },
      ...{ HA_NICEFAILBACK: 'yes', HA_ts: '6b01672a', HA_t: 'ip-request-resp', HA_src: 'lb1', HA_dest: 'lb1' },
      ...{ HA_ipaddr: 'web::a', HA_weown: 'yes', HA_ok: 'OK' },
      PATH: `/usr/libexec/heartbeat:${resourceEnvironment(base).PATH}`,
    });
  });

  test('the groups of a dead node: its death notice; our own at the same time: the message to ourselves', () => {
    const death = { kind: 'death', node: 'lb2' } as const;
    expect(occasionEnvironment(death, 'x', false, settings, moment)).toMatchObject({
      ...{ HA_t: 'status', HA_st: 'dead', HA_src: 'lb2', HA_seq: '1', HA_OSTATUS: 'active' },
    });
    expect(occasionEnvironment(death, 'x', true, settings, moment).HA_t).toBe('ip-request-resp');
  });

  test('legacy mode has no HA_NICEFAILBACK, and a standby has nothing of all that', () => {
    expect(occasionEnvironment({ kind: 'own' }, 'x', true, { ...settings, legacy: true }, moment)).not.toHaveProperty(
      'HA_NICEFAILBACK',
    );
    expect(occasionEnvironment(undefined, 'x', true, settings, moment)).toEqual({});
  });
});
