/**
 * What a file in the maintenance directory says. Genuine only looks whether it is there, so that an empty file, or one
 * that somebody has written for himself, disables the server; ours may say that it is drained instead.
 *
 *     drain
 *     since=2026-11-27T20:15:00.000Z
 *     by=alice
 *     deadline=2026-11-28T04:15:00.000Z
 *     reason=new disk
 */

/** `drained`: no new connections, those that are there go on. `disabled`: out of service as after a failed check. */
export type MaintenanceMode = 'drained' | 'disabled';

export interface MaintenanceNote {
  readonly mode: MaintenanceMode;
  /** Wall-clock milliseconds; undefined: the file does not say. */
  readonly since: number | undefined;
  readonly deadline: number | undefined;
  /** Who did it. */
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

/** The first lines that say something; any other is somebody else's. */
const WORDS: Readonly<Record<MaintenanceMode, string>> = { drained: 'drain', disabled: 'disable' };

/** Characters of a name or a reason: they end up in a line of a table. */
const MAX_TEXT = 200;

/** One line without what a terminal cannot show, cut; undefined when nothing is left. */
export const noteText = (text: string | undefined): string | undefined => {
  const line = (text ?? '')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
    // The cut may have left half a character, or a blank at the end.
    .replace(/[\p{Cs}\s]+$/u, '');
  return line === '' ? undefined : line;
};

const timeIn = (text: string | undefined): number | undefined => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
};

/** Reads the text of a file. Never throws: what is not understood disables the server, as any file does with genuine. */
export const parseNote = (text: string): MaintenanceNote => {
  const [first = '', ...lines] = text.split('\n').map((line) => line.trim());
  const isOurs = Object.values(WORDS).includes(first);
  const values = new Map(
    (isOurs ? lines : []).flatMap((line): [string, string][] => {
      const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return key === '' ? [] : [[key, value]];
    }),
  );
  return {
    mode: first === WORDS.drained ? 'drained' : 'disabled',
    since: timeIn(values.get('since')),
    deadline: timeIn(values.get('deadline')),
    by: noteText(values.get('by')),
    reason: noteText(values.get('reason')),
  };
};

/** The text of a file, which `parseNote` reads as the same. Times must be those of a Date. */
export const printNote = ({ mode, since, deadline, by, reason }: MaintenanceNote): string => {
  const iso = (time: number | undefined): string | undefined =>
    time === undefined ? undefined : new Date(time).toISOString();
  const values = { since: iso(since), by: noteText(by), deadline: iso(deadline), reason: noteText(reason) };
  const lines = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  return [WORDS[mode], ...lines].map((line) => `${line}\n`).join('');
};
