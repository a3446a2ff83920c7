/** The forms of a log line: to a file, under a supervisor, and in the foreground with -d (ldirectord reference 5.5, 1.6). */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** ctime(3) in local time: `Sat Nov 21 05:21:13 2026`. */
export const dateText = (date: Date): string =>
  `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2, ' ')} ` +
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${date.getFullYear()}`;

/** One record is one line. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/** `[date|config name|pid] message` with its newline. */
export const fileLine = (text: string, date: Date, configName: string, pid: number): string =>
  `[${dateText(date)}|${configName}|${pid}] ${oneLine(text)}\n`;

/** supervised=yes: `[date] message` with its newline. */
export const supervisedLine = (text: string, date: Date): string => `[${dateText(date)}] ${oneLine(text)}\n`;

/** -d: the bare message, preceded by a copy of itself as a debug line. */
export const debugLines = (text: string): string => `DEBUG2: ${text}\n${text}\n`;
