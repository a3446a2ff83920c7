/** The first half of `ha drain` and its sisters: from the words to the servers that are meant and the files that concern them. */
import { hasErrors } from '../../config/diagnostic.js';
import { renderDiagnostic } from '../../config/render.js';
import { USAGE } from '../../ha/sub-command.js';
import { adopt, type Member } from '../director.js';
import { isAddressFile, maintenanceFolder, OWN_FOLDER } from '../maintenance.js';
import type { DrainTools } from './tools.js';
import { type Cover, coversOf, findServers, type Names, nobodyCalled, parseWhom, type Server } from './whom.js';

/** The maintenance directory cannot be read or written; wrong configuration (as `ha rehearse`). */
export const NOT_PERMITTED = 4;
const NOT_CONFIGURED = 6;

export interface Complaint {
  readonly text: string;
  readonly code: number;
}

export interface Found {
  readonly server: Server;
  readonly covers: readonly Cover[];
}

export interface Located {
  /** The ldirectord.cf. */
  readonly path: string;
  readonly folder: string;
  /** The folder is ours and has to be made. */
  readonly isMissing: boolean;
  readonly found: readonly Found[];
}

/** The servers that a word means; a name that the configuration does not spell is asked for. */
const serversFor = async (
  word: string,
  members: readonly Member[],
  names: Names,
  tools: DrainTools,
): Promise<readonly Server[]> => {
  const whom = parseWhom(word, tools.port);
  if (whom === undefined) return [];
  const servers = findServers(whom, members, names);
  if (servers.length > 0 || !/^[A-Za-z]/.test(whom.host) || whom.host.includes(':')) return servers;
  const addresses = await tools.addressesOf(whom.host);
  return findServers(whom, members, new Map(addresses.map((address) => [address, [whom.host]])));
};

/** Finds out what a command is about. `config`: as given with --config. */
export const locate = async (
  word: string,
  config: string | undefined,
  tools: DrainTools,
): Promise<Located | Complaint> => {
  const loaded = await tools.load(config);
  if (loaded === undefined) return { text: `Config file ${config ?? 'ldirectord.cf'} not found`, code: NOT_CONFIGURED };
  const { path, names } = loaded;
  if (hasErrors(loaded.diagnostics))
    return { text: loaded.diagnostics.map(renderDiagnostic).join('\n'), code: NOT_CONFIGURED };
  const { members } = adopt(loaded.config, undefined);
  const servers = await serversFor(word, members, names, tools);
  if (servers.length === 0) return { text: `ha: ${nobodyCalled(word, path, members, names)}`, code: USAGE };
  const named = maintenanceFolder(loaded.config);
  // The daemon works in `/`.
  const folder = named.startsWith('/') ? named : `/${named}`;
  const files = await tools.files(folder);
  if (files === undefined && folder !== OWN_FOLDER)
    return {
      text: `ha: there is no ${folder}, which is the maintenancedir of ${path}: make it, or name another`,
      code: NOT_CONFIGURED,
    };
  if (files !== undefined && 'problem' in files)
    return { text: `ha: ${folder}: ${files.problem}`, code: NOT_PERMITTED };
  // The daemon asks name servers only for files that bear a name, and so does this.
  const isNamed = [...(files?.keys() ?? [])].some((name) => !isAddressFile(name));
  const hosts = isNamed ? await tools.hostsOf(servers.map(({ address }) => address)) : new Map();
  return {
    path,
    folder,
    isMissing: files === undefined,
    found: servers.map((server) => ({ server, covers: coversOf(server, members, files ?? new Map(), hosts) })),
  };
};
