/** How ldirectord prints virtual and real servers in logs, identities and arguments (ldirectord reference, terms). */
import type { ServiceKey } from '../ipvs/model.js';
import type { Fallback, Real, Virtual } from './config/model.js';

/** An address as it stands in front of a port: IPv6 in brackets. */
export const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** `192.168.0.1:80`, `[2001:db8::4]:80`. */
export const hostPort = (address: string, port: number): string => `${bracketed(address)}:${port}`;

/** `10.0.0.3:80`, or the bare mark. */
export const serviceName = (key: ServiceKey): string =>
  key.protocol === 'fwm' ? String(key.mark) : hostPort(key.address, key.port);

/** `tcp:10.0.0.3:80`, `udp:…`, `fwm:1`, `fwm6:1`: the identity of a virtual service, also the key of all maps here. */
export const serviceId = (key: ServiceKey): string =>
  key.protocol === 'fwm'
    ? `${key.family === 'ipv6' ? 'fwm6' : 'fwm'}:${key.mark}`
    : `${key.protocol}:${hostPort(key.address, key.port)}`;

/** A real or fallback server as configured. */
export const realName = (real: Pick<Real, 'address' | 'port'>): string => hostPort(real.address, real.port);

/**
 * The port under which the table knows a real server.
 *
 * Direct routing and tunnelling cannot change the port: for address virtuals the table always holds the virtual's own
 * (ldirectord reference 3.2, 3.8).
 */
export const tablePort = (virtual: Pick<Virtual, 'key'>, real: Pick<Real | Fallback, 'port' | 'method'>): number =>
  virtual.key.protocol !== 'fwm' && real.method !== 'masq' ? virtual.key.port : real.port;

/** The name under which the table knows a real server; differs from {@link realName} when the port is mapped. */
export const tableName = (
  virtual: Pick<Virtual, 'key'>,
  real: Pick<Real | Fallback, 'address' | 'port' | 'method'>,
): string => hostPort(real.address, tablePort(virtual, real));
