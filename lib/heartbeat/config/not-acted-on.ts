/** The one table of ha.cf directives that are read and kept, but whose function is still to come. */
import { parseBoolean } from './values.js';

interface Entry {
  /** What happens instead. */
  readonly instead: string;
  /** Values that ask for nothing beyond what happens anyway. */
  readonly harmless?: (value: string) => boolean;
}

const off = (value: string): boolean => parseBoolean(value) === false;

/** Directives by name. Whoever makes one work removes its line here. */
export const NOT_ACTED_ON: Readonly<Record<string, Entry>> = {
  use_apphbd: { instead: 'the daemon does not register with apphbd', harmless: off },
  quorum_server: { instead: 'no quorum server is asked' },
  uuidfrom: { instead: 'the uuid comes from the file', harmless: (value) => value === 'file' },
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
