import fc from 'fast-check';
import type { ListOptions } from '../../../lib/ipvs/grammar/command.js';
import { printListing } from '../../../lib/ipvs/grammar/listing.js';
import { sortDestinations, sortServices } from '../../../lib/ipvs/grammar/order.js';
import { parseCommand } from '../../../lib/ipvs/grammar/parse-command.js';
import { parseListing, withThresholds } from '../../../lib/ipvs/grammar/parse-listing.js';
import { printChange } from '../../../lib/ipvs/grammar/print-command.js';
import { parseSaved, printSaved } from '../../../lib/ipvs/grammar/save.js';
import type { Table } from '../../../lib/ipvs/model.js';
import { arbitraryChange, arbitraryTable } from '../arbitraries.js';

const usual: ListOptions = {
  numeric: true,
  only: undefined,
  what: 'services',
  columns: 'usual',
  exact: false,
  sorted: true,
  persistenceEngine: false,
};
const numbers = { host: (address: string) => address, port: (port: number) => port };

const sorted = (table: Table): Table => ({
  services: sortServices(table.services).map((service) => ({
    ...service,
    destinations: sortDestinations(service.destinations),
  })),
});

const withoutThresholds = (table: Table): Table => ({
  services: table.services.map((service) => ({
    ...service,
    destinations: service.destinations.map((one) => ({ ...one, upper: 0, lower: 0 })),
  })),
});

test('parsing a printed change gives the change', () => {
  fc.assert(
    fc.property(arbitraryChange, (change) => {
      expect(parseCommand(printChange(change))).toEqual({ command: { kind: 'change', change, beyond: [] } });
    }),
  );
});

test('no argument list makes the parser throw, and every error says something', () => {
  const word = fc.oneof(
    fc.constantFrom('-A', '-a', '-L', '-t', '-f', '-6', '-s', '-p', '-M', '-r', '-m', '-w', '-x', '-b', '--set', '-R'),
    fc.constantFrom(
      '10.0.0.1:80',
      '[2001:db8::1]:80',
      '1',
      'rr',
      'sh-port',
      '255.255.255.0',
      '--',
      '-Lnc',
      '--weight=3',
    ),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
      const parsed = parseCommand(argv);
      if ('error' in parsed) expect(parsed.error.text).toMatch(/^\S.*\n$/s);
    }),
    { numRuns: 2000 },
  );
});

test('reading a saved table gives the table, without thresholds', () => {
  fc.assert(
    fc.property(arbitraryTable, (table) => {
      expect(parseSaved(printSaved(table))).toEqual(sorted(withoutThresholds(table)));
    }),
  );
});

test('reading the two listings gives the table', () => {
  fc.assert(
    fc.property(arbitraryTable, (table) => {
      const thresholds = printListing(table, { ...usual, columns: 'thresholds' }, numbers);
      expect(withThresholds(parseListing(printListing(table, usual, numbers)), thresholds)).toEqual(sorted(table));
    }),
  );
});

test('reading anything else gives an empty table', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseListing(`ipvsadm: ${text.replaceAll('\n', ' ')}`)).toEqual({ services: [] });
      expect(parseSaved(`rule ${text.replaceAll('\n', ' ')}`)).toEqual({ services: [] });
    }),
  );
});
