/** Builds configurations for the tests of the director: every field has the default of the genuine program. */
import type { DirectorConfig, Fallback, Real, Virtual } from '../../lib/ldirectord/config/model.js';
import { millis, seconds } from '../../lib/time.js';

const at = { file: 'test.cf', line: 1, column: 1 };

export const real = (address: string, port = 80, more: Partial<Real> = {}): Real => ({
  address,
  port,
  method: 'masq',
  weight: 1,
  upper: 0,
  lower: 0,
  request: undefined,
  receive: undefined,
  at,
  ...more,
});

export const fallback = (address: string, port: number, more: Partial<Fallback> = {}): Fallback => ({
  address,
  port,
  method: 'gate',
  at,
  ...more,
});

export const virtual = (place: string, reals: readonly Real[], more: Partial<Virtual> = {}): Virtual => {
  const [address = '', port = '80'] = place.split(/:(?=\d+$)/);
  const v6 = address.startsWith('[');
  return {
    key: {
      protocol: 'tcp',
      family: v6 ? 'ipv6' : 'ipv4',
      address: address.replace(/[[\]]/g, ''),
      port: Number(port),
    },
    family: v6 ? 'ipv6' : 'ipv4',
    scheduler: 'wrr',
    flags: undefined,
    persistent: undefined,
    netmask: undefined,
    ops: false,
    reals,
    fallback: undefined,
    fallbackCommand: undefined,
    checkType: { kind: 'connect' },
    service: 'http',
    checkCommand: '/bin/true',
    checkPort: undefined,
    checkTimeout: seconds(5),
    negotiateTimeout: seconds(30),
    checkInterval: seconds(10),
    checkCount: 1,
    failureCount: 1,
    request: '/',
    receive: '',
    virtualHost: undefined,
    httpMethod: 'GET',
    login: '',
    password: '',
    database: '',
    secret: '',
    quiescent: false,
    cleanStop: true,
    alert: { to: '', frequency: 0, statuses: [], smtp: undefined },
    monitorFile: undefined,
    serviceName: undefined,
    comment: undefined,
    at,
    ...more,
  };
};

/** A firewall-mark virtual. */
export const mark = (number: number, reals: readonly Real[], more: Partial<Virtual> = {}): Virtual => ({
  ...virtual('0.0.0.0:0', reals, more),
  key: { protocol: 'fwm', family: 'ipv4', mark: number },
});

export const config = (virtuals: readonly Virtual[], more: Partial<DirectorConfig> = {}): DirectorConfig => ({
  path: '/etc/ha.d/test.cf',
  virtuals,
  checkInterval: millis(10_000),
  autoReload: false,
  callback: undefined,
  logfile: '/var/log/ldirectord.log',
  execute: [],
  supervised: false,
  fork: false,
  readdQuiescent: false,
  emailAlertFrom: undefined,
  maintenanceDirectory: undefined,
  ...more,
});
