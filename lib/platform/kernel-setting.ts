/** Kernel settings, as sysctl(8) calls them. */
import { readFileSync } from 'node:fs';

/** The value of `net.ipv4.ip_forward` and the like; undefined: this kernel does not have it. */
export const readKernelSetting = (name: string): string | undefined => {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'latin1').trim();
  } catch {
    return undefined;
  }
};
