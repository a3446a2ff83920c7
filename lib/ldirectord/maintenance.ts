/** Which files in the maintenance directory take a real server out of service (ldirectord reference 4.6). */
import { type Down, down } from './checks/verdict.js';
import type { DirectorConfig, Real } from './config/model.js';
import { type MaintenanceMode, type MaintenanceNote, parseNote } from './maintenance-note.js';
import { bracketed } from './names.js';

/** The folder that is looked at without `maintenancedir`, when it is there; ours alone, genuine knows no default. */
export const OWN_FOLDER = '/var/lib/ha-suite/maintenance';

/** The folder whose files count for a configuration. */
export const maintenanceFolder = ({ maintenanceDirectory }: Pick<DirectorConfig, 'maintenanceDirectory'>): string =>
  maintenanceDirectory ?? OWN_FOLDER;

/** What is said of a server that an administrator has taken out. */
export const MAINTENANCE: Down = down('MAINTENANCE', 'Server in maintenance');
/** Ours: of one that serves its connections to their end. */
const DRAINED: Down = down('MAINTENANCE', 'Server in maintenance (drained)');

/** What takes the place of a check of such a server. */
export const maintenanceVerdict = (mode: MaintenanceMode): Down => (mode === 'drained' ? DRAINED : MAINTENANCE);

/** `192.168.0.1`, `web1.example.test`, `web1`, and each with `:port`. `hosts`: what the address resolves to. */
export const maintenanceNames = (
  { address, port }: Pick<Real, 'address' | 'port'>,
  hosts: readonly string[],
): readonly string[] => {
  // The short name must begin with a letter: the first part of an address is no name.
  const short = hosts.map((host) => host.split('.')[0] ?? '').filter((name) => /^[a-z]/i.test(name));
  const names = new Set([bracketed(address), ...hosts, ...short].filter((name) => name !== ''));
  return [...names].flatMap((name) => [`${name}:${port}`, name]);
};

/** Whether the name of a file is an address: such a file means a server without any name server. */
export const isAddressFile = (name: string): boolean => /^(\d+(\.\d+){3}|\[.*\])(:\d+)?$/.test(name);

/**
 * What the files, by name with their text, say of a server; undefined: none of them means it. Of several one that
 * disables counts: it may be somebody else's, who knows nothing of draining.
 */
export const maintenanceOf = (
  files: ReadonlyMap<string, string>,
  real: Pick<Real, 'address' | 'port'>,
  hosts: readonly string[],
): MaintenanceNote | undefined => {
  if (files.size === 0) return undefined;
  const notes = maintenanceNames(real, hosts).flatMap((name) => {
    const text = files.get(name);
    return text === undefined ? [] : [parseNote(text)];
  });
  return notes.find(({ mode }) => mode === 'disabled') ?? notes[0];
};
