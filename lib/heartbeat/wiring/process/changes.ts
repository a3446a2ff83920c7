/** Changed files: looked at when a SIGHUP comes, checked before anything is done about them (heartbeat reference 8.5). */
import type { Log } from '../../../log.js';
import type { Configuration } from '../../config/configuration.js';
import type { AuthKeys } from '../../config/model.js';
import { type FileTimes, hangUpMeans } from './hang-up.js';

export interface ChangesOptions {
  /** Asks the files now. */
  readonly times: () => FileTimes;
  /** Their times when what is in force was read. */
  readonly read: FileTimes;
  /** The files as they are now, or one line that says what is wrong with them. */
  readonly check: () => Promise<Configuration | string>;
  readonly readKeys: () => AuthKeys | string;
  readonly useKeys: (keys: AuthKeys) => void;
  /** Ends the life that goes on, for one with the newest configuration. */
  readonly reload: () => void;
  readonly log: Log;
}

export interface Changes {
  /** SIGHUP. Resolves when what it means has been started; never rejects. */
  readonly look: () => Promise<void>;
  /** A good configuration waits for a new life. */
  readonly isWaiting: () => boolean;
  /** That configuration, once. */
  readonly newest: () => Configuration | undefined;
  /** Keys that are newer than the configuration in force. */
  readonly keys: () => AuthKeys | undefined;
  /** All files were read anew, when they had these times. */
  readonly taken: (times: FileTimes) => void;
}

export const watchChanges = (options: ChangesOptions): Changes => {
  const { log } = options;
  let read = options.read;
  let waiting: Configuration | undefined;
  let keys: AuthKeys | undefined;
  let looks: Promise<void> = Promise.resolve();

  const reload = async (times: FileTimes): Promise<void> => {
    const checked = await options.check();
    if (typeof checked === 'string') {
      // The times stay as they were: the next signal complains again, until the file is good.
      log('ERROR', `${checked} Going on with the old configuration.`);
      return;
    }
    read = times;
    keys = undefined;
    waiting = checked;
    log('info', 'Configuration changed: beginning anew with the resources as they are.');
    options.reload();
  };

  const rereadKeys = (times: FileTimes): void => {
    read = times;
    log('info', 'Rereading authentication file.');
    const fresh = options.readKeys();
    // Genuine dies here (heartbeat reference 2.5); a node that holds addresses must not.
    if (typeof fresh === 'string') {
      log('ERROR', `${fresh} Going on with the old keys.`);
      return;
    }
    keys = fresh;
    if (waiting !== undefined) waiting = { ...waiting, keys: fresh };
    options.useKeys(fresh);
  };

  const lookOnce = async (): Promise<void> => {
    const times = options.times();
    switch (hangUpMeans(read, times)) {
      case 'nothing':
        log('info', 'Configuration unchanged.');
        return;
      case 'keys':
        rereadKeys(times);
        return;
      case 'config':
        await reload(times);
    }
  };

  return {
    look: () => {
      // One after the other: a later signal must not be answered by an earlier reading.
      looks = looks.then(lookOnce).catch((error: unknown) => log('CRIT', `internal error at SIGHUP: ${String(error)}`));
      return looks;
    },
    isWaiting: () => waiting !== undefined,
    newest: () => {
      const newest = waiting;
      waiting = undefined;
      if (newest !== undefined) keys = undefined;
      return newest;
    },
    keys: () => keys,
    taken: (times) => {
      read = times;
      waiting = undefined;
      keys = undefined;
    },
  };
};
