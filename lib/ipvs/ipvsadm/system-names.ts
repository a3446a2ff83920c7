/** Names of hosts and ports as this machine knows them. */
import { lookup, lookupService } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { normaliseAddress } from '../address.js';
import type { Names } from '../grammar/command.js';
import { parseCommand } from '../grammar/parse-command.js';
import type { SaveNames } from '../grammar/save.js';
import type { Table } from '../model.js';

export interface PortNames {
  readonly port: (name: string, protocol: string) => number | undefined;
  readonly name: (port: number, protocol: string) => string | undefined;
}

/** Reads the format of /etc/services: `name port/protocol aliases… # comment`. Unreadable lines are left out. */
export const parseServices = (text: string): PortNames => {
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, at, ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    const [, number, protocol] = /^(\d+)\/(\w+)$/.exec(at ?? '') ?? [];
    if (name === undefined || number === undefined || protocol === undefined) continue;
    for (const one of [name, ...aliases]) {
      const id = `${one}/${protocol}`;
      if (!ports.has(id)) ports.set(id, Number(number));
    }
    const id = `${Number(number)}/${protocol}`;
    if (!names.has(id)) names.set(id, name);
  }
  return {
    port: (name, protocol) => ports.get(`${name}/${protocol}`),
    name: (port, protocol) => names.get(`${port}/${protocol}`),
  };
};

/** The machine's service names; none when the file is missing. */
export const systemServices = (): PortNames => {
  try {
    return parseServices(readFileSync('/etc/services', 'utf8'));
  } catch {
    return parseServices('');
  }
};

/**
 * Names for command lines. Hosts are looked up before: the lines are parsed once to see which names they hold, then
 * these are resolved (IPv4 first, as ipvsadm does), and only what resolved is known.
 */
export const namesFor = async (lines: readonly (readonly string[])[], services: PortNames): Promise<Names> => {
  const asked = new Set<string>();
  const collect: Names = {
    host: (name) => {
      asked.add(name);
      return '127.0.0.1';
    },
    port: services.port,
  };
  for (const line of lines) parseCommand(line, { names: collect });
  const found = new Map<string, string>();
  for (const name of asked) {
    const answer =
      (await lookup(name, { family: 4 }).catch(() => undefined)) ?? (await lookup(name).catch(() => undefined));
    if (answer !== undefined) found.set(name, answer.address);
  }
  return { host: (name) => found.get(name), port: services.port };
};

/** The longest that a listing waits for the name service; what is not known by then stays a number. */
const PATIENCE = 5000;

/** Names for all that a table shows. */
export const printedNames = async (table: Table, services: PortNames): Promise<SaveNames> => {
  const addresses = new Set(
    table.services.flatMap((service) => [
      ...(service.key.protocol === 'fwm' ? [] : [service.key.address]),
      ...service.destinations.map(({ address }) => address),
    ]),
  );
  const hosts = new Map<string, string>();
  const lookups = [...addresses].map(async (address) => {
    const answer = await lookupService(address, 0).catch(() => undefined);
    if (answer !== undefined && normaliseAddress(answer.hostname) === undefined) hosts.set(address, answer.hostname);
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([Promise.all(lookups), patience]);
  clearTimeout(timer);
  return {
    host: (address) => hosts.get(address) ?? address,
    port: (port, protocol) => services.name(port, protocol) ?? port,
  };
};
