/** Wiring: which real servers the maintenance directory takes out of service; no check ever waits for it or for a name. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderWatch, watchFolder } from '../../platform/folder-watch.js';
import { createHostNames } from '../../platform/host-names.js';
import { type Millis, seconds } from '../../time.js';
import type { DirectorConfig } from '../config/model.js';
import type { Member } from '../director.js';
import { isAddressFile, maintenanceFolder, maintenanceOf } from '../maintenance.js';
import type { MaintenanceMode, MaintenanceNote } from '../maintenance-note.js';

/** For one question to a name server. */
const NAME_TIMEOUT = seconds(2);
const NAMES_AT_ONCE = 16;
/** So that a server in maintenance does not serve for a moment at the start; a name server that is silent delays nothing more. */
const PATIENCE = seconds(1);
/** How old a name may be while a file in the directory may mean it. */
const NAME_AGE = seconds(60);

export interface Maintenance {
  /** What a file says of a member; undefined: there is none. */
  readonly of: (member: Member) => MaintenanceNote | undefined;
  /** Members that a file covers now and did not at the last look, or the other way round, or otherwise than before. */
  readonly news: (members: readonly Member[]) => readonly Member[];
  /** Takes up a configuration; resolves when the directory and the names it needs are known, after a second at the latest. */
  readonly follow: (config: DirectorConfig) => Promise<void>;
  readonly stop: () => void;
}

interface Watched {
  readonly directory: string;
  readonly interval: Millis;
  readonly folder: FolderWatch;
}

export const createMaintenance = (onChange: () => void): Maintenance => {
  const hosts = createHostNames({ timeout: NAME_TIMEOUT, atOnce: NAMES_AT_ONCE, onNews: onChange });
  let watched: Watched | undefined;
  let addresses: ReadonlySet<string> = new Set();
  let covered: ReadonlyMap<string, MaintenanceMode> = new Map();
  let timer: NodeJS.Timeout | undefined;

  /** Names are asked for again while a file may mean one. */
  const refreshIfNeeded = async (): Promise<void> => {
    const names = [...(watched?.folder.files().keys() ?? [])];
    if (names.some((name) => !isAddressFile(name))) await hosts.refresh(addresses);
  };

  const watch = (config: DirectorConfig): void => {
    const [directory, interval] = [maintenanceFolder(config), config.checkInterval];
    if (directory === watched?.directory && interval === watched?.interval) return;
    watched?.folder.stop();
    clearInterval(timer);
    const folder = watchFolder(directory, interval, () => {
      void refreshIfNeeded();
      onChange();
    });
    watched = { directory, interval, folder };
    timer = setInterval(() => void refreshIfNeeded(), NAME_AGE);
  };

  const of = ({ real }: Member): MaintenanceNote | undefined =>
    watched === undefined ? undefined : maintenanceOf(watched.folder.files(), real, hosts.of(real.address));

  return {
    of,
    news: (members) => {
      const before = covered;
      covered = new Map(
        members.flatMap((member): [string, MaintenanceMode][] => {
          const note = of(member);
          return note === undefined ? [] : [[member.id, note.mode]];
        }),
      );
      return members.filter(({ id }) => covered.get(id) !== before.get(id));
    },
    follow: async (config) => {
      addresses = new Set(config.virtuals.flatMap(({ reals }) => reals.map(({ address }) => address)));
      watch(config);
      if (watched === undefined) return;
      // Names are asked for before they are needed; the folder of our own mostly is not even there.
      if (config.maintenanceDirectory !== undefined) void hosts.refresh(addresses);
      await Promise.race([watched.folder.ready.then(refreshIfNeeded), sleep(PATIENCE, undefined, { ref: false })]);
    },
    stop: () => {
      watched?.folder.stop();
      clearInterval(timer);
      hosts.stop();
    },
  };
};
