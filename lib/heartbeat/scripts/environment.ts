/** The environment in which the commands of /usr/share/heartbeat work, and that their scripts inherit. */
import type { ScriptEnvironment } from './script-log.js';

/** What is exported by shellfuncs, with its values where the caller has set none (heartbeat reference 1.4). */
const DEFAULTS: Readonly<Record<string, string>> = {
  HA_DIR: '/etc/ha.d',
  HA_FIFO: '/var/lib/heartbeat/fifo',
  HA_BIN: '/usr/libexec/heartbeat',
  HA_DEBUGLOG: '/dev/null',
  HA_DATEFMT: '%b %d %T ',
  HA_DOCDIR: '/usr/share/doc/heartbeat',
  OCF_AGENTS: '/usr/lib/ocf/resource.d/heartbeat/',
};

/** Folders that stand in front of the search path of a script and behind it. */
const FIRST_FOLDERS = '/usr/sbin:/usr/share/heartbeat';
const LAST_FOLDERS = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/ucb';

/** Locales change what programs print, which scripts read. */
const KEPT_BACK: readonly string[] = ['LANG', 'LANGUAGE'];

const known = (environment: ScriptEnvironment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || KEPT_BACK.includes(name) ? [] : [[name, value]],
    ),
  );

/**
 * The caller's environment completed as ResourceManager completes it, beside which this was compared. The daemon gives all
 * of it; a person at a terminal or a script of cron gives little.
 */
export const commandEnvironment = (caller: ScriptEnvironment): Readonly<Record<string, string>> => {
  const given = Object.fromEntries(Object.entries(known(caller)).filter(([, value]) => value !== ''));
  // heartbeat reference 1.1: the folder is always this one, whatever a caller has in HA_DIR.
  const folder = '/etc/ha.d';
  return {
    ...known(caller),
    HA_RCDIR: `${folder}/rc.d`,
    HA_RESOURCEDIR: `${folder}/resource.d`,
    ...DEFAULTS,
    ...given,
    HA_DIR: folder,
    HA_FUNCS: `${folder}/shellfuncs`,
    LC_ALL: 'C',
    PATH: [given.HA_BIN, FIRST_FOLDERS, given.PATH, LAST_FOLDERS].filter((part) => part !== undefined).join(':'),
  };
};
