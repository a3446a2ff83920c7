/**
 * Tells the other node of this one, as long as that is of our own kind: asks the ldirectords of this machine, looks at the
 * configuration files, and hands over a report when there is news, or when the last one is getting old. Nothing waits for it.
 */
import { directorResources, wordOf } from '../../check/director-texts.js';
import type { Log } from '../../log.js';
import { sealedFiles } from '../../peer/files.js';
import { reportText, substance } from '../../peer/format.js';
import { parseDirector } from '../../peer/parse.js';
import { type DirectorReport, MAX_REPORT } from '../../peer/report.js';
import type { Answer } from '../../platform/control-client.js';
import type { DaemonName, Daemons } from '../../platform/daemons.js';
import { errorText } from '../../platform/error-text.js';
import { type Millis, millis, seconds } from '../../time.js';
import { SUITE_VERSION } from '../../version.js';
import type { AuthKeys, ResourceGroup } from '../config/model.js';
import { isDue, ownReport, type ToldLast } from '../own-report.js';
import { createFileDigests, type FileDigests } from './files/file-digests.js';
import type { Observer } from './observer.js';

/** From one look to the next, and after something has happened. */
const LOOK_EVERY = seconds(2);
const LOOK_AFTER_NEWS = millis(300);
/** When looking takes long, because somebody has thousands of servers, the next look comes so many times as long after. */
const REST = 100;
/** But what was told must not get old. */
const LONGEST_REST = seconds(5);
/** An ldirectord that does not answer in this time is told of as such. */
const PATIENCE = seconds(1);

export interface TellerOptions {
  /** The groups of haresources: they name the ldirectords. */
  readonly groups: readonly ResourceGroup[];
  readonly keys: () => AuthKeys;
  readonly observer: Pick<Observer, 'snapshot' | 'listener' | 'knowFiles' | 'onHappening'>;
  readonly daemons: Pick<Daemons, 'list' | 'ask'>;
  /** Hands the text of a report to the machine. */
  readonly tell: (report: string) => void;
  readonly mono: () => Millis;
  readonly log: Log;
  /** Instead of those in /etc/ha.d. */
  readonly files?: FileDigests;
}

export interface Teller {
  readonly close: () => void;
}

/** Rises through all lives of this process. */
let number = 0;

const problem = (name: string, why: string): DirectorReport => ({ name, problem: why, virtuals: [], virtualsLeft: 0 });

/** What one ldirectord has answered; undefined: there is none any more. */
const heard = ({ instance }: DaemonName, answer: Answer): DirectorReport | undefined => {
  if (answer.kind === 'none') return answer.isThere ? problem(instance, 'it does not answer') : undefined;
  return parseDirector(answer.lines[0] ?? '') ?? problem(instance, 'it is an earlier version, which tells nothing');
};

const askDirectors = async ({ list, ask }: Pick<Daemons, 'list' | 'ask'>): Promise<readonly DirectorReport[]> => {
  const names = list();
  if (typeof names === 'string') return [];
  const directors = names.filter(({ program }) => program === 'ldirectord');
  const answers = await Promise.all(
    directors.map(async (one) => heard(one, await ask(one.socket, { ask: 'summary' }, PATIENCE, MAX_REPORT))),
  );
  return answers.filter((one) => one !== undefined);
};

/** Begins at once, and goes on until it is closed. Never throws: what fails is one line in the log. */
export const openTeller = (options: TellerOptions): Teller => {
  const { observer, keys, daemons, tell, mono, log } = options;
  const files = options.files ?? createFileDigests(directorResources(options.groups).map(wordOf));
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let looking = false;
  let hasNews = false;
  let complained = false;
  let last: ToldLast | undefined;

  const look = async (): Promise<void> => {
    const to = observer.listener();
    if (to === undefined) return;
    const digests = await files.read();
    observer.knowFiles({ digests, keys: keys() });
    const directors = await askDirectors(daemons);
    const snapshot = observer.snapshot();
    if (closed || snapshot === undefined || observer.listener() !== to) return;
    const { sign } = keys();
    const report = ownReport({
      ...{ number: number + 1, suite: SUITE_VERSION, snapshot, directors },
      ...{ key: sign.index, files: sealedFiles(digests, sign) },
    });
    const telling = { to, substance: substance(report), at: mono() };
    if (!isDue(last, telling)) return;
    number += 1;
    last = telling;
    tell(reportText(report));
  };

  const schedule = (wait: number): void => {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => void lookNow(), wait);
    timer.unref();
  };

  const lookNow = async (): Promise<void> => {
    looking = true;
    hasNews = false;
    const begun = mono();
    try {
      await look();
    } catch (error) {
      if (!complained) log('WARN', `The other node is not told of this one: ${errorText(error)}`);
      complained = true;
    }
    looking = false;
    const rest = Math.max(LOOK_EVERY, Math.min(REST * (mono() - begun), LONGEST_REST));
    schedule(hasNews ? LOOK_AFTER_NEWS : rest);
  };

  const stopListening = observer.onHappening(() => {
    if (hasNews || closed) return;
    hasNews = true;
    if (!looking) schedule(LOOK_AFTER_NEWS);
  });
  schedule(LOOK_AFTER_NEWS);
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      stopListening();
    },
  };
};
