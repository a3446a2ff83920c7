/** Gathers what the parsers of ha.cf must know about this machine: name, devices, users, services, files, hosts. */

import { lookup } from 'node:dns/promises';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  addressOf,
  type DeviceFacts,
  type Environment,
  type FileFacts,
  mentionedIn,
} from '../heartbeat/config/environment.js';
import { interfaceAddresses, interfaceIndex } from './interfaces.js';

const readOr = (path: string, otherwise: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
};

/** The node name: first line of nodeinfo, else `uname -n`, lower-cased (heartbeat reference 2.3). */
export const nodeNameOf = (folder: string): string => {
  const [first = ''] = readOr(join(folder, 'nodeinfo'), '').split('\n');
  return (first.trim() === '' ? hostname() : first.trim()).toLowerCase();
};

/** UDP services by name and alias, from the text of /etc/services. */
export const parseServices = (text: string): ReadonlyMap<string, number> => {
  const services = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, port = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const number = /^(\d+)\/udp$/.exec(port)?.[1];
    if (name === undefined || number === undefined) continue;
    for (const word of [name, ...aliases]) if (!services.has(word)) services.set(word, Number(number));
  }
  return services;
};

/** First column of passwd or group. */
const namesIn = (path: string): ReadonlySet<string> =>
  new Set(
    readOr(path, '')
      .split('\n')
      .map((line) => line.split(':')[0] ?? '')
      .filter((name) => name !== ''),
  );

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const fileFacts = (path: string): FileFacts | undefined => {
  try {
    const stat = statSync(path);
    const kind = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isCharacterDevice()
          ? 'character'
          : 'other';
    return { kind, executable: kind === 'file' && isExecutable(path) };
  } catch {
    return undefined;
  }
};

const deviceFacts = async (device: string): Promise<DeviceFacts | undefined> =>
  interfaceIndex(device) === undefined ? undefined : { ipv4: (await interfaceAddresses(device)).length > 0 };

/** Longest wait for the name service; a name that is not known by then counts as unknown. */
const LOOKUP_MS = 5000;

const resolve = async (host: string): Promise<string | undefined> => {
  const deadline = new Promise<undefined>((done) => {
    setTimeout(() => done(undefined), LOOKUP_MS).unref();
  });
  const answer = lookup(host, { family: 4 }).then(
    ({ address }) => address,
    () => undefined,
  );
  return Promise.race([answer, deadline]);
};

const collect = async <T>(
  names: readonly string[],
  ask: (name: string) => T | undefined | Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> => {
  const answers = await Promise.all(names.map(async (name) => [name, await ask(name)] as const));
  return new Map(answers.flatMap(([name, answer]) => (answer === undefined ? [] : [[name, answer] as const])));
};

/** Everything that `text` (ha.cf) asks about. `folder` is where nodeinfo may stand. Never rejects. */
export const gatherEnvironment = async (text: string, folder: string): Promise<Environment> => {
  const base: Environment = {
    nodeName: nodeNameOf(folder),
    devices: new Map(),
    udpServices: parseServices(readOr('/etc/services', '')),
    users: namesIn('/etc/passwd'),
    groups: namesIn('/etc/group'),
    files: new Map(),
    hosts: new Map(),
  };
  const mentioned = mentionedIn(text);
  const [devices, files, hosts] = await Promise.all([
    collect(mentioned.devices, deviceFacts),
    collect(mentioned.files, fileFacts),
    collect(
      mentioned.hosts.filter((host) => addressOf(base, host) === undefined),
      resolve,
    ),
  ]);
  return { ...base, devices, files, hosts };
};
