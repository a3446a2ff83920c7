/** All three files together: what the daemon starts with, and what it says when it cannot. */
import type { Diagnostic } from '../../config/diagnostic.js';
import type { MonitorConfig } from '../../config/monitor.js';
import { diagnosticOfFile } from '../../config/source.js';
import { parseAuthKeys } from './authkeys.js';
import type { Environment } from './environment.js';
import { parseHaCf } from './ha-cf.js';
import { parseHaResources } from './haresources.js';
import type { AuthKeys, HaConfig, ResourceGroup } from './model.js';
import { logged, type StartLine } from './start-line.js';

/** The texts of the files; undefined: there is no such file (or it cannot be read). */
export interface ConfigurationFiles {
  readonly haCf: { readonly path: string; readonly text: string | undefined };
  readonly authKeys: { readonly path: string; readonly text: string | undefined; readonly mode: number };
  readonly haResources: { readonly path: string; readonly text: string | undefined };
}

/** A configuration to run with; what stands in haresources comes as `groups`. */
export interface Configuration {
  readonly nodeName: string;
  readonly config: HaConfig;
  readonly keys: AuthKeys;
  readonly groups: readonly ResourceGroup[];
  /** What ha-suite.ini has this node look at; absent: nothing. */
  readonly monitors?: readonly MonitorConfig[];
  /** ha-suite.ini asks for a status page, and it may be served. */
  readonly statusPage?: boolean;
  /** ha-suite.ini names somebody who is told of what happens. */
  readonly notifies?: boolean;
  /** How many bytes the flight recorder may take; absent: nothing is recorded. */
  readonly recorder?: number;
}

export interface ConfigurationResult {
  /** Undefined when the daemon must not start. */
  readonly value: Configuration | undefined;
  /** ha.cf as far as it could be read; log directives count even when something else is wrong. */
  readonly config: HaConfig;
  /** The groups of haresources as far as they could be read. */
  readonly groups: readonly ResourceGroup[];
  /** All findings: first ha.cf, then authkeys, then haresources, each in file order. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the genuine daemon prints up to here, in its order: it gives up at the first stage that fails. */
  readonly startLines: readonly StartLine[];
  /** Exit status of a start that fails: 6, or 0 when the configuration is good (heartbeat reference 8.1). */
  readonly exitCode: 0 | 6;
}

const GENUINE_HA_CF = '/etc/ha.d//ha.cf';
const GAVE_UP = logged('ERROR', 'Configuration error, heartbeat not started.');

const NO_HA_CF: readonly StartLine[] = [
  ...logged('ERROR', `Cannot open config file [${GENUINE_HA_CF}]`),
  ...logged(
    'info',
    `An annotated sample ${GENUINE_HA_CF} file is provided in the documentation.`,
    `Please copy it to ${GENUINE_HA_CF}, read it, customize it, and try again.`,
  ),
];

const VALIDATED = logged('info', '**************************', 'Configuration validated. Starting heartbeat 3.0.6');

/** What genuine prints for one outcome of each stage (heartbeat reference 2.1 and 2.3). */
const genuineStart = (stages: {
  readonly reading: readonly StartLine[];
  readonly readingFailed: boolean;
  readonly keys: readonly StartLine[];
  readonly keysFailed: boolean;
  readonly checking: readonly StartLine[];
  readonly checkingFailed: boolean;
  readonly resources: readonly StartLine[];
  readonly resourcesFailed: boolean;
}): { readonly lines: readonly StartLine[]; readonly failed: boolean } => {
  const { reading, keys, checking, resources } = stages;
  if (stages.readingFailed)
    return {
      lines: [...reading, ...logged('ERROR', 'Heartbeat not started: configuration error.'), ...GAVE_UP],
      failed: true,
    };
  if (stages.keysFailed)
    return {
      lines: [...reading, ...keys, ...logged('ERROR', 'Authentication configuration error.'), ...GAVE_UP],
      failed: true,
    };
  if (stages.checkingFailed) return { lines: [...reading, ...checking, ...GAVE_UP], failed: true };
  const good = [...reading, ...checking, ...VALIDATED];
  return stages.resourcesFailed
    ? { lines: [...good, ...resources, ...GAVE_UP], failed: true }
    : { lines: good, failed: false };
};

/** Reads everything. Never throws. */
export const readConfiguration = (files: ConfigurationFiles, env: Environment): ConfigurationResult => {
  const haCf = parseHaCf(files.haCf.text ?? '', files.haCf.path, env);
  const authKeys = parseAuthKeys(files.authKeys.text, files.authKeys.path, files.authKeys.mode);
  const names = haCf.value.nodes.map(({ value }) => value);
  const haResources = parseHaResources(files.haResources.text, files.haResources.path, names);
  const resourcesFailed = haResources.diagnostics.some(({ severity }) => severity === 'error');
  const missing = files.haCf.text === undefined;
  const { lines, failed } = genuineStart({
    reading: missing ? NO_HA_CF : haCf.reading,
    readingFailed: missing || haCf.readingFailed,
    keys: authKeys.lines,
    keysFailed: authKeys.value === undefined,
    checking: haCf.checking,
    checkingFailed: haCf.checkingFailed,
    resources: haResources.lines,
    resourcesFailed,
  });
  const own = missing
    ? [
        diagnosticOfFile(files.haCf.path, 'error', {
          code: 'ha.cf/missing',
          message: 'there is no such file',
          genuine: NO_HA_CF[0]?.text,
        }),
      ]
    : haCf.diagnostics;
  return {
    value:
      failed || authKeys.value === undefined
        ? undefined
        : { nodeName: env.nodeName, config: haCf.value, keys: authKeys.value, groups: haResources.value },
    config: haCf.value,
    groups: haResources.value,
    diagnostics: [...own, ...authKeys.diagnostics, ...haResources.diagnostics],
    startLines: lines,
    exitCode: failed ? 6 : 0,
  };
};

/** What the genuine daemon prints for these files, and how it exits when it does not start. */
export const genuineStartMessages = (
  files: ConfigurationFiles,
  env: Environment,
): { readonly lines: readonly StartLine[]; readonly exitCode: 0 | 6 } => {
  const { startLines, exitCode } = readConfiguration(files, env);
  return { lines: startLines, exitCode };
};
