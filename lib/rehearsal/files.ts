/** Reads ha.cf and haresources for a rehearsal: as if the machine had whatever they mention. Pure. */
import { type Diagnostic, hasErrors } from '../config/diagnostic.js';
import { type Environment, type FileFacts, mentionedIn } from '../heartbeat/config/environment.js';
import { parseHaCf } from '../heartbeat/config/ha-cf.js';
import { parseHaResources } from '../heartbeat/config/haresources.js';
import type { HaConfig, ResourceGroup } from '../heartbeat/config/model.js';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface RehearsalFiles {
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
}

/** Users and groups are a matter of the machine that runs the daemon, not of this one. */
class Everybody extends Set<string> {
  override has(): boolean {
    return true;
  }
}

const PROGRAM: FileFacts = { kind: 'file', executable: true };

/** A machine that has everything the text mentions. */
export const imagined = (haCf: string): Environment => {
  const { devices, files, hosts } = mentionedIn(haCf);
  const first = /^[ \t]*node[ \t]+([^\s,]+)/m.exec(haCf)?.[1] ?? '';
  return {
    nodeName: first.toLowerCase(),
    devices: new Map(devices.map((name) => [name, { ipv4: true }])),
    udpServices: new Map([['ha-cluster', 694]]),
    users: new Everybody(),
    groups: new Everybody(),
    files: new Map(files.map((path) => [path, path.startsWith('/dev/') ? { ...PROGRAM, kind: 'character' } : PROGRAM])),
    hosts: new Map(hosts.map((name) => [name, '192.0.2.1'])),
  };
};

/** What the files say, or what is wrong with them; warnings are for `ha-heartbeat --check`. */
export const readRehearsalFiles = (haCf: TextFile, haResources: TextFile): RehearsalFiles | readonly Diagnostic[] => {
  const cf = parseHaCf(haCf.text, haCf.path, imagined(haCf.text));
  const names = cf.value.nodes.map(({ value }) => value);
  const resources = parseHaResources(haResources.text, haResources.path, names);
  const found = [...cf.diagnostics, ...resources.diagnostics];
  return hasErrors(found)
    ? found.filter(({ severity }) => severity === 'error')
    : { config: cf.value, groups: resources.value };
};
