/** Where a program that heartbeat has started logs: where the daemon told it to, else where the daemon itself logs (reference 1.4). */
import type { Log } from '../../log.js';
import { errorText } from '../../platform/error-text.js';
import { isSyslogFacility, openSyslog } from '../../platform/syslog.js';
import { millis } from '../../time.js';
import { parseBoolean } from '../config/values.js';
import { createLogger, LAST_WORDS, type SyslogSink } from './log/logger.js';

export interface ChildLog {
  readonly log: Log;
  /** Asks the daemon for what the environment does not tell. */
  readonly learn: (read: (name: string) => Promise<string | undefined>) => Promise<void>;
  /** Nothing more is shown on standard error. */
  readonly leaveTerminal: () => void;
  /** Resolves when everything is written. */
  readonly close: () => Promise<void>;
}

/** `environment` is that of the process. Until `leaveTerminal` every line is also shown on standard error. */
export const childLog = (
  program: string,
  host: string,
  environment: Readonly<Record<string, string | undefined>>,
): ChildLog => {
  const logger = createLogger({ host, program, pid: process.pid });
  // Lines of debug priority go to the debug file whatever the debug level, as those of genuine ipfail do.
  logger.setDebug(1);
  logger.show((line) => process.stderr.write(`${line}\n`));

  const syslogTo = async (facility: string | undefined): Promise<SyslogSink | undefined> => {
    if (facility === undefined || !isSyslogFacility(facility)) return undefined;
    return openSyslog(program, facility, { pid: false }).catch((error: unknown) => {
      logger.log('WARN', `No syslog: ${errorText(error)}`);
      return undefined;
    });
  };

  return {
    log: logger.log,
    learn: async (read) => {
      const { HA_LOGFILE, HA_DEBUGLOG, HA_LOGFACILITY } = environment;
      const isTold = (HA_LOGFILE ?? HA_DEBUGLOG ?? HA_LOGFACILITY) !== undefined;
      const [logfile, debugfile, facility] = isTold
        ? [HA_LOGFILE, HA_DEBUGLOG, HA_LOGFACILITY]
        : [await read('logfile'), await read('debugfile'), await read('logfacility')];
      const nowhere = (logfile ?? debugfile ?? facility) === undefined;
      logger.direct({
        logfile,
        // One file for both must not get every line twice.
        debugfile: debugfile === logfile ? undefined : debugfile,
        syslogFormat: parseBoolean((await read('syslogmsgfmt')) ?? '') ?? true,
        syslog: await syslogTo(nowhere ? 'daemon' : facility),
      });
    },
    leaveTerminal: () => logger.show(undefined),
    close: () => logger.drained(millis(LAST_WORDS)),
  };
};
