/** Opens the log targets that ha.cf names. */
import { hostname } from 'node:os';
import type { Priority } from '../../../log.js';
import { groupIds, userIds } from '../../../platform/accounts.js';
import { errorText } from '../../../platform/error-text.js';
import { openSyslog } from '../../../platform/syslog.js';
import type { Configuration } from '../../config/configuration.js';
import { logTargets } from './log-targets.js';
import { createLogger, LAST_WORDS, type Logger, type SyslogSink } from './logger.js';

/** From here on the logger writes where this configuration wants it. Never rejects. */
export const directLogs = async (logger: Logger, loaded: Pick<Configuration, 'config'>): Promise<void> => {
  const { logfile, debugfile, facility } = logTargets(loaded.config);
  const open = (name: string): Promise<SyslogSink | undefined> =>
    openSyslog('heartbeat', name, { pid: false }).catch((error: unknown) => {
      logger.log('WARN', `No syslog: ${errorText(error)}`);
      return undefined;
    });
  const syslog = facility === undefined ? undefined : await open(facility);
  // A log file that cannot be written is told of in syslog, also where that is no target.
  const elsewhere = facility === undefined ? await open('daemon') : undefined;
  const uid = userIds().get('hacluster');
  const gid = groupIds().get('haclient');
  logger.direct({
    ...{ logfile, debugfile, syslogFormat: loaded.config.syslogFormat, syslog, elsewhere },
    // As with genuine, so that ipfail, which runs as hacluster, can write to them.
    ...(uid === undefined || gid === undefined ? {} : { owner: { uid, gid } }),
  });
};

/** Whether these files, however wrong they are, say themselves where the log goes. */
const namesLogs = ({ logfile, debugfile, logfacility }: Configuration['config']): boolean =>
  [logfile, debugfile, logfacility].some((target) => target !== undefined);

/** Nobody else may write there; a complaint about that would only hide what is wrong. */
const isRoot = (): boolean => process.getuid?.() === 0;

/** For a start that fails: what is wrong with the files stands where whoever looks for it the next day will look. */
export const directLogsOfFailure = async (logger: Logger, { config }: Pick<Configuration, 'config'>): Promise<void> => {
  if (namesLogs(config) && isRoot()) await directLogs(logger, { config });
};

/** What a command such as `-r` has said goes into the daemon's logs, too, as with genuine. */
export const logOfCommand = async (
  config: Configuration['config'],
  lines: readonly { readonly priority: Priority; readonly text: string }[],
): Promise<void> => {
  if (!namesLogs(config) || !isRoot()) return;
  const logger = createLogger({ host: hostname(), program: 'heartbeat', pid: process.pid });
  await directLogs(logger, { config });
  for (const { priority, text } of lines) logger.log(priority, text);
  await logger.drained(LAST_WORDS);
};
