/** Which files in the maintenance directory take a real server out of service (ldirectord reference 4.6). */
import { down, type Verdict } from './checks/verdict.js';
import type { Real } from './config/model.js';
import { bracketed } from './names.js';

/** What is said of a server that an administrator has taken out. */
export const MAINTENANCE: Verdict = down('MAINTENANCE', 'Server in maintenance');

/** `192.168.0.1`, `web1.example.test`, `web1`, and each with `:port`. `hosts`: what the address resolves to. */
export const maintenanceNames = (
  { address, port }: Pick<Real, 'address' | 'port'>,
  hosts: readonly string[],
): readonly string[] => {
  // The short name must begin with a letter: the first part of an address is no name.
  const short = hosts.map((host) => host.split('.')[0] ?? '').filter((name) => /^[a-z]/i.test(name));
  const names = new Set([bracketed(address), ...hosts, ...short].filter((name) => name !== ''));
  return [...names].flatMap((name) => [`${name}:${port}`, name]);
};

/** Whether one of these files is there. */
export const isInMaintenance = (
  files: ReadonlySet<string>,
  real: Pick<Real, 'address' | 'port'>,
  hosts: readonly string[],
): boolean => files.size > 0 && maintenanceNames(real, hosts).some((name) => files.has(name));
