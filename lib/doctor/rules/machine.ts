/** The machine under it all. */
import { bad, doubtful, good, type Rule, type Symptom } from '../readings.js';

const MIB = 1 << 20;
/** Less than that, in bytes, is soon nothing. */
const SCARCE = 50 * MIB;

/** Logs, journals and state files can be written. */
export const space: Rule = ({ spaces }) =>
  spaces.map(({ path, free }): Symptom => {
    const left = `${Math.floor(free / MIB)} MiB`;
    if (free < MIB)
      return bad(
        'doctor/disk-full',
        `there is no room in ${path}`,
        'logs and journals lose lines, and a restart may find its state files half written.',
        'make room; logrotate should keep the logs small.',
      );
    if (free < SCARCE)
      return doubtful(
        'doctor/disk-scarce',
        `there are only ${left} left in ${path}`,
        'when nothing is left, logs and journals lose lines.',
        'make room before that.',
      );
    return good('doctor/disk', `${path} has room: ${left}`);
  });
