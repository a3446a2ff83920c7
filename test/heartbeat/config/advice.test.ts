/** What no parser of one file can know. */
import { homelessLogs } from '../../../lib/heartbeat/config/advice.js';

test('a log file whose folder is not there is told of once', () => {
  const isFolder = (path: string): boolean => path === '/tmp';
  const none = { logfile: undefined, debugfile: undefined };
  const [logfile, debugfile] = ['/nonexistent/ha-log', '/tmp/ha-debug'];
  expect(homelessLogs({ logfile, debugfile }, isFolder)).toEqual([
    'nothing can be logged to /nonexistent/ha-log: there is no folder /nonexistent',
  ]);
  expect(homelessLogs({ logfile, debugfile: logfile }, isFolder)).toHaveLength(1);
  expect(homelessLogs(none, isFolder)).toEqual([]);
});
