/** Which multicast groups the kernel listens to on which device: a membership can vanish under an open socket. */
import { endianness } from 'node:os';
import { readSmallFile } from './run-files.js';
import { addressBytes } from './socket-address.js';

/** An IPv4 address as /proc/net/igmp prints it: the four bytes as one number of this machine. */
const asNumber = (group: string): string => {
  const bytes = group.split('.').map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase());
  return (endianness() === 'LE' ? bytes.reverse() : bytes).join('');
};

/** Whether the text of /proc/net/igmp lists the group under the device. */
export const igmpLists = (text: string, device: string, group: string): boolean => {
  const wanted = asNumber(group);
  let current = '';
  for (const line of text.split('\n').slice(1)) {
    const head = /^\d+\s+(\S+)\s*:/.exec(line);
    if (head?.[1] !== undefined) current = head[1];
    else if (current === device && line.trim().split(/\s+/)[0] === wanted) return true;
  }
  return false;
};

/** Whether the kernel still listens to the group on the device; true when that cannot be found out. */
export const isMember = (device: string, group: string): boolean => {
  const text = readSmallFile('/proc/self/net/igmp')?.toString('latin1');
  return text === undefined || igmpLists(text, device, group);
};

/** Whether the text of /proc/net/igmp6 lists the IPv6 group under the device. */
export const igmp6Lists = (text: string, device: string, group: string): boolean => {
  const wanted = addressBytes(group)?.toString('hex');
  return text.split('\n').some((line) => {
    const [, name, address] = line.trim().split(/\s+/);
    return name === device && address === wanted;
  });
};

/** Like {@link isMember}, for an IPv6 group. */
export const isMember6 = (device: string, group: string): boolean => {
  const text = readSmallFile('/proc/self/net/igmp6')?.toString('latin1');
  return text === undefined || igmp6Lists(text, device, group);
};
