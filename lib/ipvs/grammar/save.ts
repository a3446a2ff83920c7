/** The rules format of `ipvsadm -S`: reading it to a table and printing a table in it. */
import { endpointText } from '../address.js';
import { editTable } from '../apply.js';
import type { Change, Destination, Service, Table } from '../model.js';
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

/** The change that a rule line asks for; undefined for anything else. */
export type RuleParser = (line: string) => Change | undefined;

export const parseRule: RuleParser = (line) => {
  const parsed = parseCommand(wordsOf(line));
  return 'command' in parsed && parsed.command.kind === 'change' ? parsed.command.change : undefined;
};

/**
 * The table that `ipvsadm -S -n` describes. Lines that are not rules are left out, never a throw.
 *
 * Thresholds are not in this format (they come from parse-listing.ts), nor persistence engines and the details of tunnels.
 */
export const parseSaved = (text: string, parse: RuleParser = parseRule): Table => {
  const editor = editTable({ services: [] });
  for (const line of text.split('\n')) {
    const change = parse(line);
    if (change !== undefined) editor.change(change);
  }
  return editor.table();
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
