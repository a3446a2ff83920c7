/** What to say when a medium refuses packets: ten complaints in a row, then silence (heartbeat reference 5.7). */
import type { Priority } from '../../log.js';

/** Failed sends in a row. */
export type SendErrors = number;

/** So many complaints in a row are logged. */
export const LOUD = 10;

export interface Said {
  readonly priority: Priority;
  readonly text: string;
}

/**
 * The lines for one more failed send.
 *
 * @param medium kind and name as genuine prints them, e.g. `bcast eth0`
 * @param failures failed sends in a row, this one included
 */
export const sendFailed = (medium: string, failures: SendErrors, reason: string): readonly Said[] => {
  if (failures > LOUD) return [];
  const line: Said = { priority: 'ERROR', text: `write_child: write failure on ${medium}.: ${reason}` };
  if (failures < LOUD) return [line];
  return [
    line,
    { priority: 'WARN', text: 'Temporarily Suppressing write error messages' },
    { priority: 'WARN', text: `Is a cable unplugged on ${medium}?` },
  ];
};

/** The line for the first send that works after `failures` failed ones; none when nothing was suppressed. */
export const sendRecovered = (medium: string, failures: SendErrors): readonly Said[] =>
  failures >= LOUD ? [{ priority: 'info', text: `Writing on ${medium} works again after ${failures} failures.` }] : [];
