/** Wiring: which real servers the maintenance directory takes out of service; no check ever waits for it or for a name. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderWatch, watchFolder } from '../../platform/folder-watch.js';
import { createHostNames } from '../../platform/host-names.js';
import { type Millis, seconds } from '../../time.js';
import type { DirectorConfig } from '../config/model.js';
import type { Member } from '../director.js';
import { isInMaintenance } from '../maintenance.js';

/** For one question to a name server. */
const NAME_TIMEOUT = seconds(2);
const NAMES_AT_ONCE = 16;
/** So that a server in maintenance does not serve for a moment at the start; a name server that is silent delays nothing more. */
const PATIENCE = seconds(1);
/** How old a name may be while a file in the directory may mean it. */
const NAME_AGE = seconds(60);

export interface Maintenance {
  readonly covers: (member: Member) => boolean;
  /** Members that are covered now and were not at the last look, or the other way round. */
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

/** Files that name a server by its address need no name server. */
const isAddress = (name: string): boolean => /^(\d+(\.\d+){3}|\[.*\])(:\d+)?$/.test(name);

export const createMaintenance = (onChange: () => void): Maintenance => {
  const hosts = createHostNames({ timeout: NAME_TIMEOUT, atOnce: NAMES_AT_ONCE, onNews: onChange });
  let watched: Watched | undefined;
  let addresses: ReadonlySet<string> = new Set();
  let covered: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;

  /** Names are asked for again while a file may mean one. */
  const refreshIfNeeded = async (): Promise<void> => {
    if ([...(watched?.folder.names() ?? [])].some((name) => !isAddress(name))) await hosts.refresh(addresses);
  };

  const watch = ({ maintenanceDirectory: directory, checkInterval: interval }: DirectorConfig): void => {
    if (directory === watched?.directory && interval === watched?.interval) return;
    watched?.folder.stop();
    clearInterval(timer);
    watched = undefined;
    if (directory === undefined) return;
    const folder = watchFolder(directory, interval, () => {
      void refreshIfNeeded();
      onChange();
    });
    watched = { directory, interval, folder };
    timer = setInterval(() => void refreshIfNeeded(), NAME_AGE);
  };

  const covers = ({ real }: Member): boolean =>
    watched !== undefined && isInMaintenance(watched.folder.names(), real, hosts.of(real.address));

  return {
    covers,
    news: (members) => {
      const before = covered;
      covered = new Set(members.filter(covers).map(({ id }) => id));
      return members.filter(({ id }) => covered.has(id) !== before.has(id));
    },
    follow: async (config) => {
      addresses = new Set(config.virtuals.flatMap(({ reals }) => reals.map(({ address }) => address)));
      watch(config);
      if (watched === undefined) return;
      // Names are asked for before they are needed.
      void hosts.refresh(addresses);
      await Promise.race([watched.folder.ready.then(refreshIfNeeded), sleep(PATIENCE, undefined, { ref: false })]);
    },
    stop: () => {
      watched?.folder.stop();
      clearInterval(timer);
      hosts.stop();
    },
  };
};
