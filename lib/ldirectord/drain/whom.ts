/** Which real servers a word on the command line means, and which files take them out of service now. */
import { suggest } from '../../config/suggest.js';
import { normaliseAddress } from '../../ipvs/address.js';
import type { Member } from '../director.js';
import { maintenanceNames } from '../maintenance.js';
import { type MaintenanceNote, parseNote } from '../maintenance-note.js';
import { bracketed, hostPort, realName } from '../names.js';

/** Names by address: as ldirectord.cf spells them, from /etc/hosts, from a name server. */
export type Names = ReadonlyMap<string, readonly string[]>;

export interface Whom {
  /** A name, or a normalised address without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** A machine that serves, or one port of it, with its places in the virtual services. */
export interface Server {
  /** What its file in the maintenance directory is called: `10.0.0.5`, `10.0.0.5:80`, `[fd00::5]:80`. */
  readonly file: string;
  readonly address: string;
  readonly members: readonly Member[];
}

/** A file that takes a server out of service. */
export interface Cover {
  readonly file: string;
  readonly note: MaintenanceNote;
  /** The places of the server (by id of the member) that it means. */
  readonly members: ReadonlySet<string>;
  /** It means other real servers as well. */
  readonly isWider: boolean;
}

/**
 * Reads `web1`, `10.0.0.5`, `10.0.0.5:80`, `web1:http`, `[fd00::5]:80` or `fd00::5`; undefined: it is none of these.
 * `portOf` knows the names of ports.
 */
export const parseWhom = (word: string, portOf: (name: string) => number | undefined): Whom | undefined => {
  const bare = normaliseAddress(word);
  if (bare !== undefined) return { host: bare.address, port: undefined };
  const [, inBrackets, plain = '', portText] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::([0-9A-Za-z_-]+))?$/.exec(word) ?? [];
  const host = normaliseAddress(inBrackets ?? plain)?.address ?? (inBrackets === undefined ? plain : '');
  if (host === '') return undefined;
  if (portText === undefined) return { host, port: undefined };
  const port = /^\d+$/.test(portText) ? Number(portText) : portOf(portText);
  return port === undefined || port > 65_535 ? undefined : { host, port };
};

const shortName = (name: string): string => (/^[a-z]/i.test(name) ? (name.split('.')[0] ?? name) : name);

const isCalled = (address: string, host: string, names: Names): boolean =>
  address === host ||
  (names.get(address) ?? []).some((name) =>
    [name, shortName(name)].some((one) => one.toLowerCase() === host.toLowerCase()),
  );

/** The servers that are meant, one for each address; none: nobody is called so. */
export const findServers = ({ host, port }: Whom, members: readonly Member[], names: Names): readonly Server[] => {
  const meant = members.filter(
    ({ real }) => isCalled(real.address, host, names) && (port === undefined || real.port === port),
  );
  return [...new Set(meant.map(({ real }) => real.address))].map((address) => ({
    file: port === undefined ? bracketed(address) : hostPort(address, port),
    address,
    members: meant.filter(({ real }) => real.address === address),
  }));
};

/** How many real servers a message lists. */
const MOST_LISTED = 20;

/** What is said of a word that means no real server of `path`. */
export const nobodyCalled = (word: string, path: string, members: readonly Member[], names: Names): string => {
  const addresses = [...new Set(members.map(({ real }) => real.address))];
  const places = [...new Set(members.map(({ real }) => realName(real)))];
  const candidates = [...addresses.flatMap((address) => names.get(address) ?? []), ...addresses, ...places];
  const near = suggest(word, candidates);
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  const listed = places.slice(0, MOST_LISTED).map((place, index) => {
    const { real } = members.find((member) => realName(member.real) === place) ?? {};
    const known = real === undefined ? [] : (names.get(real.address) ?? []);
    return `${index === 0 ? '' : ', '}${place}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
  });
  const more = places.length > MOST_LISTED ? ` and ${places.length - MOST_LISTED} more` : '';
  const list = places.length === 0 ? 'It has no real servers.' : `Its real servers: ${listed.join('')}${more}.`;
  return `${path} has no real server '${word}'${hint}\n${list}`;
};

/** The files, by name with their text, that take (a part of) a server out of service. `hosts`: what addresses resolve to. */
export const coversOf = (
  server: Server,
  all: readonly Member[],
  files: ReadonlyMap<string, string>,
  hosts: Names,
): readonly Cover[] => {
  const inside = new Set(server.members.map(({ id }) => id));
  const names = all.map(({ id, real }) => ({
    id,
    own: new Set(maintenanceNames(real, hosts.get(real.address) ?? [])),
  }));
  return [...files].flatMap(([file, text]): readonly Cover[] => {
    const meant = names.filter(({ own }) => own.has(file)).map(({ id }) => id);
    const members = new Set(meant.filter((id) => inside.has(id)));
    return members.size === 0 ? [] : [{ file, note: parseNote(text), members, isWider: members.size < meant.length }];
  });
};
