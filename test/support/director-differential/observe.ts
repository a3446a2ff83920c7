/** What one step made both programs do, and where they differ: table, changes, log, command line, scripts. */
import { changesByReal, logTexts, type Said, saidBy } from '../director-golden/compare.js';
import type { LineRule } from '../director-golden/differences.js';
import type { SimCall } from '../director-golden/kernel.js';
import type { CliResult } from '../director-golden/replay.js';
import { PULSE, PULSE_ADDRESS } from './hosts.js';

/** Everything that one side showed in one step. */
export interface Observation {
  /** At the end of the step, see SimKernel.lines. */
  readonly table: readonly string[];
  readonly calls: readonly SimCall[];
  readonly log: readonly string[];
  readonly cli: readonly CliResult[];
  /** What scripts of the world wrote down, by file. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
}

/** A difference about one virtual, or one server in it (`server` is empty for the virtual itself). */
export type Difference =
  | {
      readonly what: 'table';
      readonly virtual: string;
      readonly server: string;
      readonly genuine: string | undefined;
      readonly ours: string | undefined;
    }
  | {
      readonly what: 'changes' | 'log';
      readonly virtual: string;
      readonly server: string;
      readonly genuine: readonly string[];
      readonly ours: readonly string[];
    }
  | { readonly what: 'lines'; readonly genuine: readonly string[]; readonly ours: readonly string[] }
  | { readonly what: 'said'; readonly genuine: Said | undefined; readonly ours: Said | undefined }
  | {
      readonly what: 'notes';
      readonly file: string;
      readonly genuine: readonly string[];
      readonly ours: readonly string[];
    };

const isPulse = (text: string): boolean =>
  [PULSE.virtual, ...Object.values(PULSE_ADDRESS)].some((part) => text.includes(part));

/** Each line of a table under the name of its virtual and server: `tcp:10.0.0.3:80`, `fwm6:7`; the pulse is left out. */
export const tableEntries = (table: readonly string[]): ReadonlyMap<string, string> => {
  const entries = new Map<string, string>();
  let virtual = '';
  for (const line of table) {
    const [, protocol, name, six] = /^(TCP|UDP|FWM) {2}(\S+)( IPv6)?/.exec(line) ?? [];
    if (protocol !== undefined) virtual = `${protocol.toLowerCase()}${six === undefined ? '' : '6'}:${name}`;
    const server = protocol === undefined ? (/^ {2}-> (\S+)/.exec(line)?.[1] ?? '') : '';
    if (!isPulse(virtual)) entries.set(`${virtual} ${server}`, line);
  }
  return entries;
};

const splitName = (name: string): { readonly virtual: string; readonly server: string } => {
  const [virtual = '', server = ''] = name.split(' ');
  return { virtual, server };
};

/**
 * What ipvsadm makes of a command: for direct routing and tunnelling it puts the virtual's port in the place of the
 * real's, but not for marks (reference 3.2). Genuine writes the port of its file.
 */
const asCarriedOut = (argv: readonly string[]): readonly string[] => {
  const place = argv[Math.max(argv.indexOf('-t'), argv.indexOf('-u')) + 1];
  const isMapped = (argv[0] === '-a' || argv[0] === '-e') && !argv.includes('-m') && !argv.includes('-f');
  const port = /:(\d+)$/.exec(place ?? '')?.[1];
  if (!isMapped || port === undefined) return argv;
  const at = argv.indexOf('-r') + 1;
  return argv.map((word, index) => (index === at ? word.replace(/:\d+$/, `:${port}`) : word));
};

/** `-t 10.0.0.3:80 -r 192.168.0.1:80` as `tcp:10.0.0.3:80 192.168.0.1:80`. */
const entryName = (words: string): string => {
  const [, letter = '', place = '', six, server = ''] = /^-([tuf]) (\S+)( -6)?(?: -r (\S+))?$/.exec(words) ?? [];
  const protocol = letter === 't' ? 'tcp' : letter === 'u' ? 'udp' : six === undefined ? 'fwm' : 'fwm6';
  return `${protocol}:${place} ${server}`;
};

const changesOf = ({ calls }: Observation): ReadonlyMap<string, readonly string[]> => {
  const relevant = calls
    .filter(({ argv }) => !argv.some(isPulse))
    .map(({ argv, code }) => ({ argv: asCarriedOut(argv), failed: code !== 0 }));
  return new Map(Object.entries(changesByReal(relevant)).map(([name, changes]) => [entryName(name), changes]));
};

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** For every name that either side knows, both values when they differ. */
const differing = <T>(
  genuine: ReadonlyMap<string, T>,
  ours: ReadonlyMap<string, T>,
): readonly { readonly name: string; readonly genuine: T | undefined; readonly ours: T | undefined }[] =>
  [...new Set([...genuine.keys(), ...ours.keys()])]
    .map((name) => ({ name, genuine: genuine.get(name), ours: ours.get(name) }))
    .filter((pair) => !same(pair.genuine, pair.ours));

/** Log lines of one side in comparable form; lines that a rule lets only one side write are left out. */
const logOf = (
  { log }: Observation,
  side: 'genuine' | 'ours',
  rules: readonly LineRule[],
  used: (rule: string) => void,
) => {
  const texts = logTexts(
    log.filter((line) => !isPulse(line)),
    side,
  );
  const kept = (line: string): boolean => {
    const rule = rules.find((each) => each.side === side && each.pattern.test(line));
    if (rule !== undefined) used(rule.name);
    return rule === undefined;
  };
  const servers = Object.entries(texts.servers).map(([name, lines]) => [name, lines.filter(kept)] as const);
  return {
    servers: new Map(servers.filter(([, lines]) => lines.length > 0)),
    others: texts.others.filter(kept),
  };
};

/** All differences of a step, in no particular order; empty: the two did the same. */
export const differencesOf = (
  genuine: Observation,
  ours: Observation,
  lineRules: readonly LineRule[],
  used: (rule: string) => void = () => undefined,
): readonly Difference[] => {
  const found: Difference[] = [];
  for (const { name, ...lines } of differing(tableEntries(genuine.table), tableEntries(ours.table)))
    found.push({ what: 'table', ...splitName(name), ...lines });
  for (const { name, ...both } of differing(changesOf(genuine), changesOf(ours)))
    found.push({ what: 'changes', ...splitName(name), genuine: both.genuine ?? [], ours: both.ours ?? [] });
  const logs = {
    genuine: logOf(genuine, 'genuine', lineRules, used),
    ours: logOf(ours, 'ours', lineRules, used),
  };
  for (const { name, ...both } of differing(logs.genuine.servers, logs.ours.servers)) {
    // A line names the server first, and the virtual without its protocol.
    const { virtual: server, server: virtual } = splitName(name);
    found.push({ what: 'log', virtual, server, genuine: both.genuine ?? [], ours: both.ours ?? [] });
  }
  if (!same(logs.genuine.others, logs.ours.others))
    found.push({ what: 'lines', genuine: logs.genuine.others, ours: logs.ours.others });
  for (const index of Array.from({ length: Math.max(genuine.cli.length, ours.cli.length) }, (_, each) => each)) {
    const said = [genuine.cli[index], ours.cli[index]].map((one) => (one === undefined ? undefined : saidBy(one)));
    if (!same(said[0], said[1])) found.push({ what: 'said', genuine: said[0], ours: said[1] });
  }
  for (const { name, ...both } of differing(
    new Map(Object.entries(genuine.notes)),
    new Map(Object.entries(ours.notes)),
  ))
    found.push({ what: 'notes', file: name, genuine: both.genuine ?? [], ours: both.ours ?? [] });
  return found;
};
