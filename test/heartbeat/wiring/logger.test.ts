import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../lib/heartbeat/wiring/logger.js';
import { seconds } from '../../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Lines without the date, which is that of the test run. */
const withoutDate = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\w{3} \d\d \d\d:\d\d:\d\d /, ''));

test('log file without debug lines, debug file and syslog with them, in order, early lines included', async () => {
  const logger = createLogger({ host: 'lb1', program: 'heartbeat', pid: 14 });
  const syslog: string[] = [];
  const shown: string[] = [];
  logger.show((line) => shown.push(line));
  logger.log('info', 'before the configuration is known');
  logger.log('debug', 'debugging is off');
  logger.setDebug(1);
  logger.log('debug', 'details');
  await logger.drained(seconds(5));
  logger.direct({
    logfile: join(folder, 'ha-log'),
    debugfile: join(folder, 'ha-debug'),
    syslogFormat: true,
    syslog: (priority, text) => syslog.push(`${priority}|${text}`),
  });
  logger.show(undefined);
  logger.log('WARN', 'node lb2: is dead');
  await logger.drained(seconds(5));
  const early = 'lb1 heartbeat: [14]: info: before the configuration is known';
  const dead = 'lb1 heartbeat: [14]: WARN: node lb2: is dead';
  expect(withoutDate(readFileSync(join(folder, 'ha-log'), 'utf8'))).toEqual([early, dead]);
  const debug = 'lb1 heartbeat: [14]: debug: details';
  expect(withoutDate(readFileSync(join(folder, 'ha-debug'), 'utf8'))).toEqual([early, debug, dead]);
  expect(withoutDate(shown.join('\n'))).toEqual([early, debug]);
  expect(syslog.at(-1)).toBe('WARN|[14]: WARN: node lb2: is dead');
});

test('files named /dev/null or not at all are no files', async () => {
  const logger = createLogger({ host: 'lb1', program: 'heartbeat', pid: 14 });
  logger.direct({ logfile: '/dev/null', debugfile: undefined, syslogFormat: true, syslog: undefined });
  logger.log('info', 'nowhere');
  await logger.drained(seconds(5));
});

test('the second file format when syslogmsgfmt is off', async () => {
  const logger = createLogger({ host: 'lb1', program: 'heartbeat', pid: 14 });
  const logfile = join(folder, 'ha-log');
  logger.direct({ logfile, debugfile: undefined, syslogFormat: false, syslog: undefined });
  logger.log('info', 'x');
  logger.closeNow();
  await logger.drained(seconds(5));
  expect(readFileSync(logfile, 'utf8')).toMatch(/^heartbeat\[14\]: \d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d info: x\n$/);
});

test('logging does its work after the present turn of the event loop', () => {
  const logger = createLogger({ host: 'lb1', program: 'heartbeat', pid: 14 });
  const shown: string[] = [];
  logger.show((line) => shown.push(line));
  logger.log('info', 'later');
  expect(shown).toEqual([]);
});
