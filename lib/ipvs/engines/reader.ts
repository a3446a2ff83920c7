/** Understands what ipvsadm lists, again and again: what is as it was the last time is the very same object (pure but for its memory). */
import { keyText } from '../address.js';
import { isSamePlace, sameDestination, sameService } from '../diff.js';
import { withThresholds } from '../grammar/parse-listing.js';
import { parseRule, parseSaved, type RuleParser } from '../grammar/save.js';
import type { Change, Service, Table } from '../model.js';

const isRule = (line: string): boolean => line.startsWith('-A ') || line.startsWith('-a ');

interface Read {
  readonly rules: string[];
  readonly listing: string[];
}

/**
 * The reads in the output of a batch that lists rules and thresholds one or more times: the rules between two listings
 * belong to the listing that follows them.
 */
const readsIn = (output: string): readonly Read[] => {
  const reads: Read[] = [];
  let rules: string[] = [];
  for (const line of output.split('\n')) {
    if (isRule(line)) rules.push(line);
    else if (line.startsWith('IP Virtual Server version')) {
      reads.push({ rules, listing: [] });
      rules = [];
    } else reads.at(-1)?.listing.push(line);
  }
  return reads;
};

/** The tables in the output of a batch, one for each time that it lists them. */
export type TableReader = (output: string) => readonly Table[];

const sameAll = (left: Service, right: Service): boolean =>
  sameService(left, right) &&
  left.destinations.length === right.destinations.length &&
  left.destinations.every((one, index) => {
    const other = right.destinations[index];
    return other !== undefined && isSamePlace(one, other) && sameDestination(one, other);
  });

/** The same text in memory of its own: a piece of a long text keeps all of that alive. */
const alone = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/** A reader that remembers the last output, and no more. */
export const createReader = (): TableReader => {
  let last: { readonly output: string; readonly tables: readonly Table[] } = { output: '', tables: [] };
  let changes: ReadonlyMap<string, Change | undefined> = new Map();
  const services = new Map<string, Service>();

  const kept = (service: Service): Service => {
    const name = keyText(service.key);
    const before = services.get(name);
    const same = before !== undefined && sameAll(before, service) ? before : service;
    services.set(name, same);
    return same;
  };

  return (output) => {
    if (output === last.output) return last.tables;
    // Only strings of this output are kept: one of an older output would keep all of that in memory.
    const lines = new Map<string, Change | undefined>();
    const parse: RuleParser = (line) => {
      const change = lines.get(line) ?? changes.get(line) ?? parseRule(alone(line));
      lines.set(line, change);
      return change;
    };
    const tables = readsIn(output).map(({ rules, listing }) => {
      const table = withThresholds(parseSaved(rules.join('\n'), parse), listing.join('\n'));
      return { services: table.services.map(kept) };
    });
    const present = new Set(tables.at(-1)?.services.map(({ key }) => keyText(key)));
    for (const name of services.keys()) if (!present.has(name)) services.delete(name);
    changes = lines;
    last = { output, tables };
    return tables;
  };
};
