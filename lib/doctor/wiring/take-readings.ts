/** Wiring: what `ha doctor` looks at on this machine. Nothing is changed, and no program is started but those that read. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { openSettings } from '../../agents/arp-settings.js';
import { FORWARDING } from '../../check/rules/settings.js';
import { look } from '../../ha/status/look.js';
import type { World } from '../../ha/sub-command.js';
import { effectiveChoice, foreseeEngine, openEngine } from '../../ipvs/engines/open.js';
import type { Table } from '../../ipvs/model.js';
import { readAddresses } from '../../platform/addresses.js';
import { errorText } from '../../platform/error-text.js';
import { readKernelSetting } from '../../platform/kernel-setting.js';
import { parseListeners } from '../../platform/listeners.js';
import { readRoutes } from '../../platform/routes.js';
import { loadSuite } from '../../platform/suite-file.js';
import { doctorCommand } from '../command.js';
import type { Readings, Space } from '../readings.js';

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const settings = (): ReadonlyMap<string, string> =>
  new Map(
    Object.values(FORWARDING).flatMap((name) => {
      const value = readKernelSetting(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** The table of the engine that would be chosen; choosing it loads nothing. */
const readTable = async (): Promise<Table | string> => {
  try {
    const { engine } = loadSuite().value.ipvs;
    const choice = await foreseeEngine(effectiveChoice(engine, process.env, () => undefined));
    return await (await openEngine({ choice, log: () => undefined, environment: {} })).read();
  } catch (error) {
    return errorText(error);
  }
};

/** What keeps clocks leaves a mark when it has succeeded. */
const CLOCK_KEEPERS = [
  '/run/systemd/timesync/synchronized',
  '/run/chrony/chronyd.pid',
  '/run/ntpd.pid',
  '/var/run/ntp.pid',
];

const SPACES = ['/var/log', '/var/lib/heartbeat', '/run'];

const spaceOf = (path: string): readonly Space[] => {
  try {
    const { bavail, blocks, bsize } = statfsSync(path);
    return [{ path, free: bavail * bsize, size: blocks * bsize }];
  } catch {
    return [];
  }
};

/** Never rejects: what cannot be found out is not there. */
const takeReadings = async (world: World): Promise<Readings> => {
  const [status, addresses] = await Promise.all([look(world), readAddresses()]);
  const isDirector = status.directors.some(({ heard }) => heard.snapshot !== null);
  return {
    status,
    addresses: typeof addresses === 'string' ? [] : addresses,
    routes: [...readRoutes('ipv4'), ...readRoutes('ipv6')],
    settings: settings(),
    openArp: openSettings(),
    table: isDirector ? await readTable() : undefined,
    listeners: [...parseListeners(textOf('/proc/net/tcp')), ...parseListeners(textOf('/proc/net/tcp6'))],
    clockKept: CLOCK_KEEPERS.some((path) => existsSync(path)),
    spaces: SPACES.flatMap(spaceOf),
  };
};

/** `ha doctor` on this machine. */
export const doctorHere = doctorCommand(takeReadings);
