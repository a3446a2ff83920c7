/** Keeps events on the disk, so that they outlive the daemon and its crash; bounded, in the background, never in the way. */
import { readFileSync, renameSync, statSync } from 'node:fs';
import { eventLine, type HaEvent, parseEventLine } from '../events/event.js';
import type { Log } from '../log.js';
import { seconds } from '../time.js';
import { now } from './clock.js';
import { openLogFile } from './log-file.js';
import { ensureFolder } from './run-folder.js';

export const JOURNAL_FOLDER = '/var/log/ha-suite';

/** The journals of heartbeat, and of the ldirectord with this configuration. */
export const HEARTBEAT_JOURNAL = `${JOURNAL_FOLDER}/heartbeat.events`;
export const directorJournal = (name: string): string => `${JOURNAL_FOLDER}/ldirectord-${name}.events`;

/** At this size, in bytes, a journal becomes the older one; together they are twice that at most. */
const FULL = 4 << 20;

/** A renamed file is noticed so soon. */
const ROTATION_CHECK = seconds(1);

export interface EventJournal {
  readonly keep: (event: HaEvent) => void;
  readonly close: () => Promise<void>;
}

const olderOf = (path: string): string => `${path}.old`;

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

/** Opens the journal. Never throws: without it only the past is forgotten. */
export const openEventJournal = (path: string, log: Log, folder = JOURNAL_FOLDER, full = FULL): EventJournal => {
  try {
    ensureFolder(folder, 0o755, undefined);
  } catch {
    // Then the file cannot be made either, and that is told.
  }
  let size = sizeOf(path);
  const file = openLogFile({
    path,
    rotationCheck: ROTATION_CHECK,
    mono: () => now().mono,
    lostLine: () => '',
    onTrouble: (why) => log('WARN', `No events are kept in ${path}: ${why}`),
    onRelief: () => log('info', `Events are kept in ${path} again`),
  });
  const makeRoom = (): void => {
    try {
      renameSync(path, olderOf(path));
    } catch {
      // Tried again when as much has been written once more.
    }
    size = 0;
  };
  return {
    keep: (event) => {
      const line = `${eventLine(event)}\n`;
      size += line.length;
      if (size > full) makeRoom();
      file.write(line);
    },
    close: file.close,
  };
};

const linesOf = (path: string): readonly string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
};

/** The events that a journal has kept, oldest first; what is no such line, half a line after a crash too, is passed over. */
export const readEventJournal = (path: string): readonly HaEvent[] =>
  [olderOf(path), path].flatMap(linesOf).flatMap((line) => parseEventLine(line) ?? []);
