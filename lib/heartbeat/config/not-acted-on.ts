/** The one table of ha.cf directives that are read and kept, but whose function is still to come. */
import { parseBoolean } from './values.js';

interface Entry {
  /** What happens instead. */
  readonly instead: string;
  /** Values that ask for nothing beyond what happens anyway. */
  readonly harmless?: (value: string) => boolean;
}

const off = (value: string): boolean => parseBoolean(value) === false;
const NO_PEER_LINK = 'this link is not opened';

/** Directives by name. Whoever makes one work removes its line here. */
export const NOT_ACTED_ON: Readonly<Record<string, Entry>> = {
  serial: { instead: NO_PEER_LINK },
  mcast6: { instead: NO_PEER_LINK },
  ucast6: { instead: NO_PEER_LINK },
  ping6: { instead: 'this ping node is not watched' },
  ping_group: { instead: 'this ping group is not watched' },
  auto_failback: {
    instead: 'legacy mode works only as far as the peer allows; write on or off on both nodes',
    harmless: (value) => value.toLowerCase() !== 'legacy',
  },
  watchdog: { instead: 'no watchdog is opened' },
  respawn: { instead: 'the program is not started' },
  failfast: { instead: 'the program is not started' },
  stonith: { instead: 'nothing is fenced' },
  stonith_host: { instead: 'nothing is fenced' },
  use_logd: { instead: 'messages go to the files and to syslog directly', harmless: off },
  conn_logd_time: { instead: 'messages go to the files and to syslog directly' },
  memreserve: { instead: 'no memory is reserved in advance' },
  coredumps: { instead: 'the limits of the system apply', harmless: off },
  coreroot: { instead: 'the limits of the system apply' },
  use_apphbd: { instead: 'the daemon does not register with apphbd', harmless: off },
  quorum_server: { instead: 'no quorum server is asked' },
  uuidfrom: { instead: 'the uuid comes from the file', harmless: (value) => value === 'file' },
  traditional_compression: { instead: 'messages are sent uncompressed', harmless: off },
  crm_daemon_dir: { instead: 'there is no Pacemaker support' },
  crmd_spawns_pengine: { instead: 'there is no Pacemaker support' },
};

/** What to say about a directive with this value; undefined when it is acted on, or asks for nothing. */
export const notActedOn = (directive: string, value: string): string | undefined => {
  const entry = NOT_ACTED_ON[directive];
  return entry === undefined || entry.harmless?.(value) === true
    ? undefined
    : `${directive} is not supported yet: ${entry.instead}`;
};
