/** The rules format of `ipvsadm -S`: reading it to a table and printing a table in it. */
import { endpointText, keyText } from '../address.js';
import { applyChange } from '../apply.js';
import type { Destination, Service, Table } from '../model.js';
import { normaliseKey } from '../normalise.js';
import { sortDestinations, sortServices } from './order.js';
import { parseCommand } from './parse-command.js';
import { type PortText, printKey, printScheduling } from './print-command.js';

/**
 * The words of one rule line, in a form that can be parsed: genuine prints `-b` without flags for bits that have no name,
 * and marks from 2^31 as negative numbers.
 */
const wordsOf = (line: string): readonly string[] => {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const bare = words[0] === 'ipvsadm' ? words.slice(1) : words;
  return bare
    .filter((word, index) => !(word === '-b' && (index === bare.length - 1 || bare[index + 1]?.startsWith('-'))))
    .map((word, index, all) => (all[index - 1] === '-f' && /^-\d+$/.test(word) ? String(Number(word) >>> 0) : word));
};

/**
 * The table that `ipvsadm -S -n` describes. Lines that are not rules are left out, never a throw.
 *
 * Thresholds are not in this format (they come from parse-listing.ts), nor persistence engines and the details of tunnels.
 */
export const parseSaved = (text: string): Table => {
  // One small table for each service: a rule then costs as much as its own service has destinations.
  const tables = new Map<string, Table>();
  for (const line of text.split('\n')) {
    const parsed = parseCommand(wordsOf(line));
    if (!('command' in parsed) || parsed.command.kind !== 'change') continue;
    const { change } = parsed.command;
    const key = keyText(normaliseKey('service' in change ? change.service.key : change.key));
    const result = applyChange(tables.get(key) ?? { services: [] }, change);
    if ('table' in result) tables.set(key, result.table);
  }
  return { services: [...tables.values()].flatMap(({ services }) => services) };
};

const METHOD = { gate: '-g', masq: '-m', ipip: '-i' } as const;

/** How endpoints are written when not as numbers (`-S` without `-n`). */
export interface SaveNames {
  readonly host: (address: string) => string;
  readonly port: PortText;
}

const NUMBERS: SaveNames = { host: (address) => address, port: (port) => port };

const destinationLine = (service: Service, destination: Destination, names: SaveNames): string => {
  const protocol = service.key.protocol;
  const port = protocol === 'fwm' ? destination.port : names.port(destination.port, protocol);
  return [
    '-a',
    ...printNamedKey(service, names),
    '-r',
    endpointText(names.host(destination.address), port),
    METHOD[destination.method],
    '-w',
    String(destination.weight),
    ...(destination.method === 'ipip' ? ['--tun-type', 'ipip'] : []),
  ].join(' ');
};

const printNamedKey = ({ key }: Service, names: SaveNames): readonly string[] =>
  printKey(key.protocol === 'fwm' ? key : { ...key, address: names.host(key.address) }, names.port);

/** What `ipvsadm -S` prints, sorted as it sorts. */
export const printSaved = (table: Table, names: SaveNames = NUMBERS): string =>
  sortServices(table.services)
    .flatMap((service) => [
      ['-A', ...printNamedKey(service, names), ...printScheduling(service)].join(' '),
      ...sortDestinations(service.destinations).map((one) => destinationLine(service, one, names)),
    ])
    .map((line) => `${line}\n`)
    .join('');
