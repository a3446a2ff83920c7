/** Reads back what `nft -j list table` shows: the table of services as far as it is really in force, and all objects (pure). */
import { parseCommand } from '../../grammar/parse-command.js';
import { printKey } from '../../grammar/print-command.js';
import type { Destination, Service, Table } from '../../model.js';
import { destinationName, serviceName } from './names.js';
import { scheduleOf } from './slots.js';

/** Everything that our nftables table holds, by name. */
export interface Objects {
  /** Whether the table is there at all. */
  readonly exists: boolean;
  readonly chains: readonly string[];
  readonly sets: readonly string[];
  readonly counters: readonly string[];
}

export interface Ruleset {
  readonly objects: Objects;
  readonly table: Table;
  /** New connections so far, by the name of the service or destination. */
  readonly connections: ReadonlyMap<string, number>;
}

export const EMPTY_RULESET: Ruleset = {
  objects: { exists: false, chains: [], sets: [], counters: [] },
  table: { services: [] },
  connections: new Map(),
};

interface Rule {
  readonly chain: string;
  readonly comment: string | undefined;
  /** Chains that the rule can go on to. */
  readonly targets: readonly string[];
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** All `goto` and `jump` targets anywhere inside an expression. */
const targetsOf = (value: Json | undefined): readonly string[] => {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(targetsOf);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    (name === 'goto' || name === 'jump') && isObject(inner) ? [textOf(inner.target) ?? ''] : targetsOf(inner),
  );
};

/** Every listed object of one kind. */
const listed = (json: Json, kind: string): readonly { readonly [name: string]: Json }[] => {
  const items = isObject(json) ? json.nftables : undefined;
  if (!Array.isArray(items)) return [];
  return (items as readonly Json[]).flatMap((item) => {
    const found = isObject(item) ? item[kind] : undefined;
    return isObject(found) ? [found] : [];
  });
};

const namesOf = (json: Json, kind: string): readonly string[] =>
  listed(json, kind).flatMap(({ name }) => textOf(name) ?? []);

/** The rules of each chain. */
type Rules = ReadonlyMap<string, readonly Rule[]>;

const byChain = (rules: readonly Rule[]): Rules => {
  const found = new Map<string, Rule[]>();
  for (const rule of rules) {
    const chain = found.get(rule.chain);
    if (chain === undefined) found.set(rule.chain, [rule]);
    else chain.push(rule);
  }
  return found;
};

const targetsIn = (rules: Rules, chain: string): ReadonlySet<string> =>
  new Set(rules.get(chain)?.flatMap((rule) => rule.targets));

/** The change that the comment of a chain describes, when the comment is one of ours. */
const described = (rules: Rules, chain: string, begins: string, before: readonly string[]) => {
  const comment = rules.get(chain)?.find((rule) => rule.comment?.startsWith(begins))?.comment;
  if (comment === undefined) return undefined;
  const parsed = parseCommand([...before, ...comment.split(' ')]);
  return 'command' in parsed && parsed.command.kind === 'change' ? parsed.command.change : undefined;
};

const serviceOf = (rules: Rules, chain: string): Service | undefined => {
  const change = described(rules, chain, '-A ', []);
  if (change?.kind !== 'add-service' || serviceName(change.service.key) !== chain) return undefined;
  return { ...change.service, destinations: [] };
};

const destinationOf = (rules: Rules, service: Service, chain: string): Destination | undefined => {
  const change = described(rules, chain, '-r ', ['-a', ...printKey(service.key)]);
  if (change?.kind !== 'add-destination' || destinationName(service.key, change.destination) !== chain)
    return undefined;
  return change.destination;
};

/**
 * The destinations of a service that are in force: their chain says what they are and forwards, and those that the
 * scheduler is to give connections can be reached.
 */
const destinationsOf = (
  rules: Rules,
  chains: readonly string[],
  service: Service,
  name: string,
): readonly Destination[] => {
  const found = chains.flatMap((chain) => {
    const destination = destinationOf(rules, service, chain);
    return destination === undefined ? [] : [{ chain, destination }];
  });
  const destinations = found.map(({ destination }) => destination);
  const scheduled = new Set(scheduleOf({ ...service, destinations })?.ranges.map(({ destination }) => destination));
  const reachable = targetsIn(rules, name);
  const forwards = (chain: string) => (rules.get(chain)?.length ?? 0) > 1;
  return found
    .filter(({ chain, destination }) => forwards(chain) && (reachable.has(chain) || !scheduled.has(destination)))
    .map(({ destination }) => destination);
};

/** The part of a chain's name that names its service: all but the last two words, if there are that many. */
const ownerOf = (chain: string): string => chain.split('/').slice(0, -2).join('/');

const tableOf = (rules: Rules, chains: readonly string[]): Table => {
  const entered = (['prerouting', 'output'] as const).every((hook) => targetsIn(rules, hook).has('services'));
  if (!entered) return { services: [] };
  const dispatched = targetsIn(rules, 'services');
  const owned = new Map<string, string[]>();
  for (const chain of chains) owned.set(ownerOf(chain), [...(owned.get(ownerOf(chain)) ?? []), chain]);
  const services = chains.flatMap((name): readonly Service[] => {
    const service = dispatched.has(name) ? serviceOf(rules, name) : undefined;
    if (service === undefined) return [];
    return [{ ...service, destinations: destinationsOf(rules, owned.get(name) ?? [], service, name) }];
  });
  return { services };
};

/** What the kernel holds, from the JSON listing. Anything unknown is left out; never throws. */
export const parseRuleset = (text: string): Ruleset => {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return EMPTY_RULESET;
  }
  const rules = listed(json, 'rule').map(
    (rule): Rule => ({ chain: textOf(rule.chain) ?? '', comment: textOf(rule.comment), targets: targetsOf(rule.expr) }),
  );
  const chains = namesOf(json, 'chain');
  const counters = listed(json, 'counter');
  return {
    objects: {
      exists: listed(json, 'table').length > 0,
      chains,
      sets: namesOf(json, 'set'),
      counters: namesOf(json, 'counter'),
    },
    table: tableOf(byChain(rules), chains),
    connections: new Map(counters.map(({ name, packets }) => [textOf(name) ?? '', Number(packets)])),
  };
};
