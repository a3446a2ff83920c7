/** The two line formats of heartbeat's log files (heartbeat reference 9.4). */
import type { Priority } from '../../../log.js';
import type { Millis } from '../../../time.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

const timeOf = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** `Nov 21 05:10:05`, local time. */
export const syslogDate = (wall: Millis): string => {
  const date = new Date(wall);
  return `${MONTHS[date.getMonth()]} ${two(date.getDate())} ${timeOf(date)}`;
};

/** `2026/11/21_05:10:05`, local time. */
export const scriptDate = (wall: Millis): string => {
  const date = new Date(wall);
  return `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}_${timeOf(date)}`;
};

export interface LineSource {
  /** As `uname -n` says it, not lower-cased. */
  readonly host: string;
  readonly program: string;
  readonly pid: number;
}

/** What may stand in a log line: no line breaks or other control characters, whatever a peer has sent. */
const oneLine = (text: string): string => text.replace(/[\0-\x08\n-\x1f\x7f]/g, '?');

/** `Nov 21 05:10:05 lb1 heartbeat: [14]: info: Link lb2:eth0 up.` (`syslogmsgfmt on`, and standard error). */
export const syslogStyleLine = (source: LineSource, wall: Millis, priority: Priority, text: string): string =>
  `${syslogDate(wall)} ${source.host} ${source.program}: [${source.pid}]: ${priority}: ${oneLine(text)}`;

/** `heartbeat[14]: 2026/11/21_05:10:05 info: Link lb2:eth0 up.` (`syslogmsgfmt off`). */
export const plainStyleLine = (source: LineSource, wall: Millis, priority: Priority, text: string): string =>
  `${source.program}[${source.pid}]: ${scriptDate(wall)} ${priority}: ${oneLine(text)}`;

/** The text after the tag `heartbeat:` in syslog. */
export const syslogText = (source: LineSource, priority: Priority, text: string): string =>
  `[${source.pid}]: ${priority}: ${oneLine(text)}`;
