import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../../lib/heartbeat/wiring/log/logger.js';
import { seconds } from '../../../../lib/time.js';

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
  const told: string[] = [];
  const elsewhere = (_priority: unknown, text: string): void => void told.push(text);
  logger.direct({ logfile: '/dev/null', debugfile: undefined, syslogFormat: true, syslog: undefined, elsewhere });
  const shown: string[] = [];
  logger.show((line) => shown.push(line));
  logger.log('info', 'nowhere');
  await logger.drained(seconds(5));
  expect(shown).toEqual([expect.stringMatching(/info: nowhere$/)]);
  expect(told).toEqual([]);
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

test('a log file that cannot be written is told of once in the other file and in syslog, and again when it can', async () => {
  const logger = createLogger({ host: 'lb1', program: 'heartbeat', pid: 14 });
  const elsewhere: string[] = [];
  const logfile = join(folder, 'ha-log');
  mkdirSync(logfile);
  const debugfile = join(folder, 'ha-debug');
  logger.direct({
    ...{ logfile, debugfile, syslogFormat: true, syslog: undefined },
    elsewhere: (priority, text) => elsewhere.push(`${priority}|${text}`),
  });
  for (const text of ['one', 'two', 'three']) {
    logger.log('info', text);
    await logger.drained(seconds(5));
  }
  const trouble = `[14]: ERROR: nothing can be logged to ${logfile}: `;
  expect(elsewhere).toEqual([expect.stringContaining(`ERROR|${trouble}`)]);
  expect(elsewhere[0]).toMatch(/illegal operation on a directory/i);
  expect(readFileSync(debugfile, 'utf8').split(trouble)).toHaveLength(2);
  rmSync(logfile, { recursive: true });
  logger.log('info', 'four');
  await logger.drained(seconds(5));
  await logger.drained(seconds(5));
  expect(elsewhere.slice(1)).toEqual([`info|[14]: info: ${logfile} can be logged to again`]);
  expect(readFileSync(logfile, 'utf8')).toMatch(/log lines were lost\n.*info: four\n/);
});

test("a new target takes over without a line lost, and the file is made the owner's", async () => {
  const logger = createLogger({ host: 'lb1', program: 'heartbeat', pid: 14 });
  const to = (name: string) =>
    logger.direct({
      ...{ logfile: join(folder, name), debugfile: undefined, syslogFormat: true, syslog: undefined },
      owner: { uid: 1, gid: 2 },
    });
  to('one');
  logger.log('info', 'first');
  to('two');
  logger.log('info', 'second');
  await logger.drained(seconds(5));
  expect(withoutDate(readFileSync(join(folder, 'two'), 'utf8'))).toEqual(['lb1 heartbeat: [14]: info: second']);
  expect(withoutDate(readFileSync(join(folder, 'one'), 'utf8'))).toEqual(['lb1 heartbeat: [14]: info: first']);
  const { uid, gid } = statSync(join(folder, 'two'));
  expect([uid, gid]).toEqual([1, 2]);
});
