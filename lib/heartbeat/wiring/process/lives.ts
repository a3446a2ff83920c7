/** One life of the daemon after another, until it is told to stop (heartbeat reference 6.7). */
import type { Log } from '../../../log.js';
import { errorText } from '../../../platform/error-text.js';
import { type Millis, seconds } from '../../../time.js';
import type { Holding } from '../../cluster/interface.js';
import type { Configuration } from '../../config/configuration.js';
import { restartPause } from '../../daemon.js';
import type { Ending } from '../../daemon-parts.js';
import { MediumError } from '../../media/medium.js';

/** How long until a life that could not begin is tried again. */
export const RETRY_START: Millis = seconds(5);

/** What a life begins with. */
export interface Beginning {
  readonly loaded: Configuration;
  /** Resources that run already because a reload has kept them; undefined: an ordinary start. */
  readonly kept: Holding | undefined;
}

/** The outside of the loop; tests put scripted lives and virtual time here. */
export interface LivesMeans {
  /** Lives one life; rejects when it could not begin. */
  readonly live: (beginning: Beginning) => Promise<Ending>;
  /** The configuration as it stands in the files now, or an exit code. */
  readonly load: () => Promise<Configuration | number>;
  /** A good configuration that was read since it was last asked for, because of a SIGHUP. */
  readonly newest: () => Configuration | undefined;
  /** Goes on as another program in this process, if there is one; returns when there is none, or when it cannot. */
  readonly become: (kept: Holding) => Promise<void>;
  /** Stops all resources although no life goes on. Never rejects. */
  readonly release: (loaded: Configuration) => Promise<void>;
  /** Resolves after that time, or earlier when a stop is wanted. */
  readonly sleep: (duration: Millis) => Promise<void>;
  readonly stopWanted: () => boolean;
  readonly log: Log;
}

const messagesOf = (error: unknown): readonly string[] =>
  error instanceof MediumError ? error.messages : [errorText(error)];

const isHeld = (kept: Holding | undefined): boolean => kept !== undefined && kept !== 'none';

/**
 * Resolves with `stopped`, or with `failed` when the very first life could not begin. Never rejects.
 *
 * @param continued the life goes on with what another program held in this process: it is not the first
 */
export const liveOn = async (
  first: Beginning,
  continued: boolean,
  means: LivesMeans,
): Promise<'stopped' | 'failed'> => {
  const { log } = means;
  let { loaded, kept } = first;
  /** The last configuration that worked, while another one is tried. */
  let proven: Configuration | undefined;

  /** A life could not begin; answers what to do about it. */
  const recover = async (): Promise<'again' | 'later' | 'over'> => {
    if (isHeld(kept) && proven !== undefined && !means.stopWanted()) {
      log('ERROR', 'The new configuration does not work here: going back to the old one.');
      loaded = proven;
      proven = undefined;
      return 'again';
    }
    if (isHeld(kept)) {
      // Nobody hears from us, so the other node will take over what still runs here.
      log('CRIT', 'Heartbeat cannot go on: releasing all resources.');
      await means.release(loaded);
    }
    kept = undefined;
    return means.stopWanted() ? 'over' : 'later';
  };

  for (let life = continued ? 2 : 1; ; life += 1) {
    let ending: Ending;
    try {
      ending = await means.live({ loaded, kept });
    } catch (error) {
      for (const message of messagesOf(error)) log('ERROR', message);
      if (life === 1) return 'failed';
      const next = await recover();
      if (next === 'over') return 'stopped';
      if (next === 'again') continue;
      log('ERROR', `Restart failed, trying again in ${RETRY_START / 1000} s.`);
      await means.sleep(RETRY_START);
      if (means.stopWanted()) return 'stopped';
      loaded = means.newest() ?? loaded;
      continue;
    }
    proven = loaded;
    switch (ending.type) {
      case 'stopped':
        return 'stopped';
      case 'reload':
        // At once, also when a stop is wanted by now: the new life carries it out, with what it holds.
        log('info', 'Restarting heartbeat.');
        log('info', 'Performing heartbeat restart exec.');
        kept = ending.kept;
        await means.become(kept);
        loaded = means.newest() ?? loaded;
        continue;
      case 'restart': {
        kept = undefined;
        if (means.stopWanted()) return 'stopped';
        log('info', 'Restarting heartbeat.');
        await means.sleep(restartPause(loaded.config));
        if (means.stopWanted()) return 'stopped';
        log('info', 'Performing heartbeat restart exec.');
        const again = await means.load();
        if (typeof again === 'number') log('ERROR', 'The configuration has errors now: restarting with the old one.');
        else loaded = again;
      }
    }
  }
};
