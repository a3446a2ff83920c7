/** `/etc/ha.d/conf/arp_config`, in which administrators of the genuine SendArp set how often it announces. */
import { readFileSync } from 'node:fs';
import { millis } from '../time.js';
import type { AnnounceSettings } from './announcer.js';

const FILE = '/etc/ha.d/conf/arp_config';

/** The settings in the text of such a file: shell assignments, of which only plain numbers count. */
export const parseArpConfig = (text: string): Partial<AnnounceSettings> => {
  const value = (name: string): number | undefined => {
    const found = [...text.matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}=["']?(\\d{1,6})["']?`, 'gm'))].at(-1);
    return found === undefined || Number(found[1]) === 0 ? undefined : Number(found[1]);
  };
  const [interval, count] = [value('ARP_INTERVAL_MS'), value('ARP_REPEAT')];
  return {
    ...(interval === undefined ? {} : { interval: millis(interval) }),
    ...(count === undefined ? {} : { count }),
  };
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/** What the files say for an interface: `arp_config`, and `arp_config:eth0` before it. */
export const readArpConfig = (device: string): Partial<AnnounceSettings> => ({
  ...parseArpConfig(textOf(FILE)),
  ...(/^[\w.@-]+$/.test(device) ? parseArpConfig(textOf(`${FILE}:${device}`)) : {}),
});
