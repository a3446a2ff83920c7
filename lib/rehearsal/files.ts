/** Reads ha.cf and haresources for a rehearsal: as if the machine had whatever they mention. Pure. */
import { type Diagnostic, hasErrors } from '../config/diagnostic.js';
import { parseHaCf } from '../heartbeat/config/ha-cf.js';
import { parseHaResources } from '../heartbeat/config/haresources.js';
import { imaginedEnvironment } from '../heartbeat/config/imagined.js';
import type { HaConfig, ResourceGroup } from '../heartbeat/config/model.js';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface RehearsalFiles {
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
}

/** What the files say, or what is wrong with them; warnings are for `ha-heartbeat --check`. */
export const readRehearsalFiles = (haCf: TextFile, haResources: TextFile): RehearsalFiles | readonly Diagnostic[] => {
  const cf = parseHaCf(haCf.text, haCf.path, imaginedEnvironment(haCf.text));
  const names = cf.value.nodes.map(({ value }) => value);
  const resources = parseHaResources(haResources.text, haResources.path, names);
  const found = [...cf.diagnostics, ...resources.diagnostics];
  return hasErrors(found)
    ? found.filter(({ severity }) => severity === 'error')
    : { config: cf.value, groups: resources.value };
};
