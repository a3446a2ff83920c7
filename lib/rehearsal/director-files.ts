/** Finds and reads the ldirectord.cf of a rehearsal: as if the machine had whatever they mention. Reads through what it is given. */
import { directorPlaces } from '../agents/director-places.js';
import { type Diagnostic, hasErrors } from '../config/diagnostic.js';
import type { ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import { decodeBytes } from '../ldirectord/config/bytes.js';
import type { Facts } from '../ldirectord/config/facts.js';
import { parseDirectorConfig } from '../ldirectord/config/parse.js';
import { parseServices } from '../ldirectord/config/services-file.js';
import { bracketed, hostPort } from '../ldirectord/names.js';
import { namesInHosts } from '../platform/hosts-file.js';
import type { DirectorFile } from './directors.js';
import type { TextFile } from './files.js';
import type { Place } from './real-servers.js';

/** The text of a file, one character for each byte; undefined: it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export interface DirectorFiles {
  readonly files: readonly DirectorFile[];
  /** The path of the file that a resource starts ldirectord with; undefined: it is no ldirectord that is played. */
  readonly pathOf: (resource: ResourceSpec) => string | undefined;
  /** What stories may call the real servers: `192.168.0.1`, `web1`, and each with `:port`. */
  readonly reals: ReadonlyMap<string, Place>;
  /** A line with the names of hosts in place of the addresses that were made up for them. */
  readonly named: (text: string) => string;
  /** Resources whose file is nowhere: they are scripts as any other. */
  readonly missing: readonly string[];
}

/** No ldirectord is played. */
export const NO_DIRECTORS: DirectorFiles = {
  files: [],
  pathOf: () => undefined,
  reals: new Map(),
  named: (text) => text,
  missing: [],
};

/** An address of `Hosts`. */
const MADE_UP = /198\.51\.100\.\d+|2001:db8:ffff::[0-9a-f]+/g;

/** Host names that /etc/hosts does not know get addresses that nobody has (TEST-NET-2 and the documentation prefix). */
class Hosts {
  private readonly known = new Map<string, string>();
  /** The names by what was made up for them. */
  private readonly made = new Map<string, string>();

  constructor(hosts: string) {
    for (const [address, names] of namesInHosts(hosts))
      for (const name of names) {
        const key = `${address.includes(':') ? 'ipv6' : 'ipv4'} ${name}`;
        if (!this.known.has(key)) this.known.set(key, address);
      }
  }

  readonly look: Facts['host'] = (name, family) => {
    const key = `${family} ${name}`;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const number = this.made.size + 1;
    const address = family === 'ipv6' ? `2001:db8:ffff::${number.toString(16)}` : `198.51.100.${number % 256}`;
    this.known.set(key, address);
    this.made.set(address, name);
    return address;
  };

  readonly named = (text: string): string =>
    this.made.size === 0 ? text : text.replace(MADE_UP, (address) => this.made.get(address) ?? address);
}

const isDirector = ({ agent }: ResourceSpec): boolean => agent === 'ldirectord';

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');

interface Found {
  readonly texts: readonly TextFile[];
  readonly paths: ReadonlyMap<string, string>;
  readonly missing: readonly string[];
}

/** The files that resources name, beside haresources as they would be in /etc/ha.d. */
const findFiles = (resources: readonly ResourceSpec[], folder: string, read: ReadText): Found => {
  const texts = new Map<string, TextFile>();
  const paths = new Map<string, string>();
  const missing: string[] = [];
  for (const { word, args } of resources) {
    if (paths.has(word)) continue;
    const found = directorPlaces(args[0], folder)
      .map((path) => ({ path, text: texts.get(path)?.text ?? read(path) }))
      .find(({ text }) => text !== undefined);
    if (found?.text === undefined) {
      if (!missing.includes(word)) missing.push(word);
      continue;
    }
    texts.set(found.path, { path: found.path, text: found.text });
    paths.set(word, found.path);
  }
  return { texts: [...texts.values()], paths, missing };
};

/** Names for the real servers of these files. */
const namesOf = (
  files: readonly DirectorFile[],
  namedAs: (address: string) => readonly string[],
): DirectorFiles['reals'] => {
  const names = new Map<string, Place>();
  for (const { address, port } of files.flatMap(({ config }) => config.virtuals.flatMap(({ reals }) => reals))) {
    for (const name of [...namedAs(address), bracketed(address), address]) names.set(name, { address });
    if (port !== 0)
      for (const name of [...namedAs(address).map((one) => `${one}:${port}`), hostPort(address, port)])
        names.set(name, { address, port });
  }
  return names;
};

/**
 * The ldirectords of a cluster. `given` is a file that stands for those that haresources names; where it names none, that
 * ldirectord runs on every node all the time.
 */
export const readDirectorFiles = (
  groups: readonly ResourceGroup[],
  haResources: string,
  given: TextFile | undefined,
  read: ReadText,
): DirectorFiles | readonly Diagnostic[] => {
  const resources = groups.flatMap((group) => group.resources).filter(isDirector);
  const { texts, paths, missing } =
    given === undefined
      ? findFiles(resources, folderOf(haResources), read)
      : { texts: [given], paths: new Map(resources.map(({ word }) => [word, given.path])), missing: [] };
  const hosts = new Hosts(read('/etc/hosts') ?? '');
  const services = parseServices(read('/etc/services') ?? '');
  const asked = new Map<string, Set<string>>();
  const facts: Facts = {
    host: (name, family) => {
      const address = hosts.look(name, family);
      if (address !== undefined) asked.set(address, (asked.get(address) ?? new Set()).add(name));
      return address;
    },
    port: (name, protocol) => services.get(name)?.[protocol],
    appendError: () => undefined,
    isDirectory: () => true,
    hostname: 'director',
  };
  const parsed = texts.map(({ path, text }) =>
    parseDirectorConfig(decodeBytes(Uint8Array.from(text, (letter) => letter.charCodeAt(0))), path, facts),
  );
  const found = parsed.flatMap(({ diagnostics }) => diagnostics);
  if (hasErrors(found)) return found.filter(({ severity }) => severity === 'error');
  const files = parsed.map(({ value }) => ({ config: value, isPermanent: resources.length === 0 }));
  return {
    files,
    pathOf: (resource) => (isDirector(resource) ? paths.get(resource.word) : undefined),
    reals: namesOf(files, (address) => [...(asked.get(address) ?? [])]),
    named: hosts.named,
    missing,
  };
};
