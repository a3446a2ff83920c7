/** Reads the configuration files and what the parsers must know about this machine. */

import { lookup } from 'node:dns/promises';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { DESCRIPTIONS } from '../../../agents/descriptions.js';
import type { ResourceFacts } from '../../../agents/resource-advice.js';
import { hasErrors, type Parsed } from '../../../config/diagnostic.js';
import { statusFindings } from '../../../config/status-page.js';
import type { SuiteConfig } from '../../../config/suite.js';
import { readAddresses } from '../../../platform/addresses.js';
import { errorCode } from '../../../platform/error-code.js';
import { findProgram } from '../../../platform/exec.js';
import { isExecutable } from '../../../platform/executable.js';
import { loadSuite } from '../../../platform/suite-file.js';
import { parseAuthKeys } from '../../config/authkeys.js';
import { type ConfigurationFiles, type ConfigurationResult, readConfiguration } from '../../config/configuration.js';
import { dumpsCollide } from '../../config/core-dumps.js';
import { type DeviceFacts, type Environment, type FileFacts, mentionedIn } from '../../config/environment.js';
import type { AuthKeys } from '../../config/model.js';
import { logged } from '../../config/start-line.js';
import { ownNodeName } from './node-name.js';

export const HA_CF = '/etc/ha.d/ha.cf';
export const AUTHKEYS = '/etc/ha.d/authkeys';
export const HARESOURCES = '/etc/ha.d/haresources';

/** Where scripts are looked for, in this order (heartbeat reference 2.6). */
export const RESOURCE_FOLDERS: readonly string[] = ['/etc/ha.d/resource.d', '/etc/init.d'];

/** A text with one byte per character; undefined when the file is not there or may not be read. */
export const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

const modeOf = (path: string): number => {
  try {
    return statSync(path).mode & 0o7777;
  } catch {
    return 0;
  }
};

const factsOf = (path: string): FileFacts | undefined => {
  try {
    const stat = statSync(path);
    const kind = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isCharacterDevice()
          ? 'character'
          : 'other';
    return { kind, executable: stat.isFile() && isExecutable(path) };
  } catch {
    return undefined;
  }
};

export const isFolder = (path: string): boolean => factsOf(path)?.kind === 'directory';

/** First words of the lines of a colon-separated file. */
const namesIn = (path: string): ReadonlySet<string> =>
  new Set((textOf(path) ?? '').split('\n').flatMap((line) => line.split(':')[0] || []));

const udpServices = (): ReadonlyMap<string, number> =>
  new Map(
    [...(textOf('/etc/services') ?? '').matchAll(/^([^#\s]+)\s+(\d+)\/udp\b/gm)].map((match) => [
      match[1] ?? '',
      Number(match[2]),
    ]),
  );

const resolved = async (host: string): Promise<readonly (readonly [string, string])[]> => {
  if (isIPv4(host)) return [];
  try {
    return [[host, (await lookup(host, { family: 4 })).address]];
  } catch {
    return [];
  }
};

const deviceFacts = async (devices: readonly string[]): Promise<ReadonlyMap<string, DeviceFacts>> => {
  const entries = await readAddresses();
  const addresses = typeof entries === 'string' ? [] : entries.filter(({ family }) => family === 'ipv4');
  return new Map(
    devices.flatMap((device) => {
      const base = device.replace(/:.*$/, '');
      if (base.includes('/') || factsOf(`/sys/class/net/${base}`) === undefined) return [];
      const ipv4 = addresses.some((entry) => entry.device === device || entry.label === device);
      return device !== base && !ipv4 ? [] : [[device, { ipv4 }] as const];
    }),
  );
};

/** What the text of a ha.cf asks the machine about. */
export const environmentFor = async (haCf: string): Promise<Environment> => {
  const { devices, files, hosts } = mentionedIn(haCf);
  const [facts, addresses] = await Promise.all([deviceFacts(devices), Promise.all(hosts.map(resolved))]);
  return {
    nodeName: ownNodeName(),
    devices: facts,
    udpServices: udpServices(),
    users: namesIn('/etc/passwd'),
    groups: namesIn('/etc/group'),
    hasStonith: findProgram('stonith') !== undefined,
    coreDumpsCollide: dumpsCollide(
      textOf('/proc/sys/kernel/core_pattern') ?? '%p',
      textOf('/proc/sys/kernel/core_uses_pid') ?? '1',
    ),
    files: new Map(
      files.flatMap((path) => {
        const found = factsOf(path);
        return found === undefined ? [] : [[path, found] as const];
      }),
    ),
    hosts: new Map(addresses.flat()),
  };
};

/** What all files say, our own ha-suite.ini included. */
export interface FilesRead extends ConfigurationResult {
  readonly suite: SuiteConfig;
}

/** Errors in our own file stop a start like those in the others; genuine has no words for them. */
const withSuite = (result: ConfigurationResult, suite: Parsed<SuiteConfig>): FilesRead => {
  const { monitors, notifications, recorder, status } = suite.value;
  const statusPage = status.listen !== undefined && statusFindings(status).length === 0;
  const value =
    result.value === undefined
      ? undefined
      : {
          ...{ ...result.value, monitors, statusPage, notifies: notifications.length > 0 },
          ...(recorder.enabled === 'yes' ? { recorder: recorder.size } : {}),
        };
  const all = { ...result, value, suite: suite.value, diagnostics: [...result.diagnostics, ...suite.diagnostics] };
  if (!hasErrors(suite.diagnostics)) return all;
  const lines = suite.diagnostics
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ at, message }) => logged('ERROR', `${at.file}:${at.line}:${at.column}: ${message}`));
  return { ...all, value: undefined, startLines: [...result.startLines, ...lines], exitCode: 6 };
};

/** Reads and checks all files. Never rejects. */
export const readConfigFiles = async (): Promise<FilesRead> => {
  const files: ConfigurationFiles = {
    haCf: { path: HA_CF, text: textOf(HA_CF) },
    authKeys: { path: AUTHKEYS, text: textOf(AUTHKEYS), mode: modeOf(AUTHKEYS) },
    haResources: { path: HARESOURCES, text: textOf(HARESOURCES) },
  };
  return withSuite(readConfiguration(files, await environmentFor(files.haCf.text ?? '')), loadSuite());
};

/** authkeys alone, or one line that says what is wrong with it. */
export const readKeys = (): AuthKeys | string => {
  const { value, diagnostics } = parseAuthKeys(textOf(AUTHKEYS), AUTHKEYS, modeOf(AUTHKEYS));
  if (value !== undefined) return value;
  const [first] = diagnostics;
  const place = first === undefined ? AUTHKEYS : `${first.at.file}:${first.at.line}`;
  return `${place}: ${first?.message ?? 'it cannot be used'}.`;
};

/** Whether that file is there and may not be read by us. */
export const isForbidden = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch (error) {
    return errorCode(error) === 'EACCES';
  }
};

/** Whether a start fails for lack of permission, with exit code 4. */
export const isAnyForbidden = (): boolean => [HA_CF, AUTHKEYS, HARESOURCES].some(isForbidden);

const entriesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** What haresources may name on this machine. */
export const resourceFacts = (): ResourceFacts => ({
  agents: new Set([
    ...Object.keys(DESCRIPTIONS),
    ...RESOURCE_FOLDERS.flatMap((folder) =>
      entriesOf(folder).filter((name) => factsOf(join(folder, name))?.executable === true),
    ),
  ]),
  devices: new Set(entriesOf('/sys/class/net')),
});
