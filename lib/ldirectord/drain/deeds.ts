/** What is to be done with the files of a server to drain it, disable it, or have it back (pure). */
import type { MaintenanceMode, MaintenanceNote } from '../maintenance-note.js';
import type { Found } from './locate.js';
import type { Cover, Server } from './whom.js';

export type DeedName = 'drain' | 'undrain' | 'disable' | 'enable';

/** How a server is in the end; `served`: no file takes it out. */
export type Outcome = MaintenanceMode | 'served';

export interface Plan {
  readonly outcome: Outcome;
  /** What its own file has to say; undefined: nothing has to be written. */
  readonly write: MaintenanceNote | undefined;
  /** Names of files that have to go. */
  readonly remove: readonly string[];
  /** One line for people. */
  readonly text: string;
  /** The command cannot do what was asked for. */
  readonly isRefused: boolean;
}

/** What the new file says besides its mode. */
export type Wish = Omit<MaintenanceNote, 'mode'>;

const namesOf = (covers: readonly Cover[], folder: string): string =>
  covers.map(({ file }) => `${folder}/${file}`).join(', ');

/** Whether these files take every place of the server out. */
const areEnough = (server: Server, covers: readonly Cover[]): boolean =>
  server.members.every(({ id }) => covers.some(({ members }) => members.has(id)));

const keeping = (outcome: Outcome, text: string): Plan => ({
  outcome,
  write: undefined,
  remove: [],
  text,
  isRefused: false,
});

const take = (mode: MaintenanceMode, { server, covers }: Found, wish: Wish, folder: string): Plan => {
  const { file } = server;
  const disabling = covers.filter(({ note }) => note.mode === 'disabled');
  const same = covers.filter(({ note }) => note.mode === mode);
  // What disables a server wins, and may be somebody else's: a drain leaves it alone.
  if (mode === 'drained' && areEnough(server, disabling))
    return keeping('disabled', `${file} is disabled already, and stays so (${namesOf(disabling, folder)})`);
  const says = wish.deadline !== undefined || wish.reason !== undefined;
  if (areEnough(server, same) && !(says && same.some((cover) => cover.file === file)))
    return keeping(mode, `${file} is ${mode} already (${namesOf(same, folder)})`);
  const before = same.find((cover) => cover.file === file)?.note;
  const services = [...new Set(server.members.map(({ virtualId }) => virtualId))].join(', ');
  const what = mode === 'drained' ? 'no new connections from' : 'out of';
  return {
    outcome: mode,
    write: { mode, ...wish, since: before?.since ?? wish.since },
    remove: [],
    text: `${file} is ${mode}: ${what} ${services} (${folder}/${file})`,
    isRefused: false,
  };
};

const giveBack = (name: 'undrain' | 'enable', { server, covers }: Found, folder: string): Plan => {
  const { file } = server;
  const unwanted = name === 'enable' ? covers : covers.filter(({ note }) => note.mode === 'drained');
  const left = covers.filter((cover) => !unwanted.includes(cover));
  const still = left.length === 0 ? '' : `; it is disabled by ${namesOf(left, folder)}, see ha enable`;
  const outcome: Outcome = left.length === 0 ? 'served' : 'disabled';
  if (unwanted.length === 0)
    return keeping(outcome, `${file} is not ${name === 'enable' ? 'disabled' : 'drained'}${still}`);
  const wider = unwanted.filter(({ isWider }) => isWider);
  if (wider.length > 0)
    return {
      ...keeping(wider.some(({ note }) => note.mode === 'disabled') ? 'disabled' : 'drained', ''),
      text: `${namesOf(wider, folder)} means other real servers than ${file} as well: ${name} the whole server, and take the others out again`,
      isRefused: true,
    };
  return {
    outcome,
    write: undefined,
    remove: unwanted.map((cover) => cover.file),
    text: `${file} is ${name}${name === 'enable' ? 'd' : 'ed'} (removed ${namesOf(unwanted, folder)})${still}`,
    isRefused: false,
  };
};

/** What a command does with one server. */
export const planFor = (name: DeedName, found: Found, wish: Wish, folder: string): Plan => {
  switch (name) {
    case 'drain':
      return take('drained', found, wish, folder);
    case 'disable':
      return take('disabled', found, wish, folder);
    case 'undrain':
    case 'enable':
      return giveBack(name, found, folder);
  }
};
