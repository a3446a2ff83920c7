/** Loads the configuration of heartbeat from /etc/ha.d: the files, the facts about the machine, and the parsers. */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Diagnostic } from '../config/diagnostic.js';
import {
  type ConfigurationFiles,
  type ConfigurationResult,
  readConfiguration,
} from '../heartbeat/config/configuration.js';
import { gatherEnvironment } from './machine-facts.js';
import { loadSuite } from './suite-file.js';

export interface ConfigurationPaths {
  readonly haCf: string;
  readonly authKeys: string;
  readonly haResources: string;
}

/** The places that genuine uses, in another folder for tests. */
export const pathsIn = (folder = '/etc/ha.d'): ConfigurationPaths => ({
  haCf: `${folder}/ha.cf`,
  authKeys: `${folder}/authkeys`,
  haResources: `${folder}/haresources`,
});

const read = (path: string, encoding: 'utf8' | 'latin1'): string | undefined => {
  try {
    return readFileSync(path, encoding);
  } catch {
    return undefined;
  }
};

const modeOf = (path: string): number => {
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
};

/** The texts as they are now; a file that cannot be read counts as missing. */
export const readFiles = (paths: ConfigurationPaths): ConfigurationFiles => ({
  haCf: { path: paths.haCf, text: read(paths.haCf, 'utf8') },
  // A key is bytes, so that file is read with one byte per character.
  authKeys: { path: paths.authKeys, text: read(paths.authKeys, 'latin1'), mode: modeOf(paths.authKeys) },
  haResources: { path: paths.haResources, text: read(paths.haResources, 'utf8') },
});

/** Reads and checks everything. `value` is undefined when the daemon must not start; never rejects. */
export const loadConfiguration = async (paths: ConfigurationPaths = pathsIn()): Promise<ConfigurationResult> => {
  const files = readFiles(paths);
  const env = await gatherEnvironment(files.haCf.text ?? '', dirname(paths.haCf));
  return readConfiguration(files, env);
};

/**
 * Every finding in ha.cf, authkeys, haresources and ha-suite.ini of a folder, file after file, as
 * `ha-heartbeat --check` prints them with lib/config/render.ts. Errors forbid a start. Never rejects.
 */
export const checkFiles = async (folder = '/etc/ha.d'): Promise<readonly Diagnostic[]> => {
  const { diagnostics } = await loadConfiguration(pathsIn(folder));
  return [...diagnostics, ...loadSuite(`${folder}/ha-suite.ini`).diagnostics];
};
