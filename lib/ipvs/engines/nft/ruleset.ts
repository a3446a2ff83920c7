/** Reads back what `nft -j list table` shows: the table of services as far as it is really in force, and all objects (pure). */
import { normaliseAddress } from '../../address.js';
import { parseCommand } from '../../grammar/parse-command.js';
import type { Destination, Service, Table } from '../../model.js';
import { destinationName, isRevision, serviceName } from './names.js';
import { scheduledBy } from './slots.js';

/** Everything that our nftables table holds, by name. */
export interface Objects {
  /** Whether the table is there at all. */
  readonly exists: boolean;
  readonly chains: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
  readonly counters: ReadonlySet<string>;
  /** The chains that tell this state from others: one, or none in a table that was made by hand. */
  readonly revisions: readonly string[];
}

export interface Ruleset {
  readonly objects: Objects;
  readonly table: Table;
  /** New connections so far, by the name of the service or destination. */
  readonly connections: ReadonlyMap<string, number>;
}

export const EMPTY_RULESET: Ruleset = {
  objects: { exists: false, chains: new Set(), sets: new Set(), counters: new Set(), revisions: [] },
  table: { services: [] },
  connections: new Map(),
};

interface Rule {
  readonly chain: string;
  readonly comment: string | undefined;
  /** Chains that the rule can go on to. */
  readonly targets: readonly string[];
  /** The comments of the elements of its set, in the order of the elements. */
  readonly elements: readonly string[];
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

/** What the rule that lists the destinations of a service says, in order (see `listRule` in render.ts). */
const elementsOf = (expressions: Json | undefined): readonly string[] => {
  const [first] = Array.isArray(expressions) ? (expressions as readonly Json[]) : [];
  const match = isObject(first) ? first.match : undefined;
  const right = isObject(match) ? match.right : undefined;
  const set = isObject(right) ? right.set : undefined;
  if (!Array.isArray(set)) return [];
  return (set as readonly Json[])
    .flatMap((item) => {
      const element = isObject(item) ? item.elem : undefined;
      const comment = isObject(element) ? textOf(element.comment) : undefined;
      return isObject(element) && comment !== undefined ? [{ at: Number(element.val), comment }] : [];
    })
    .sort((one, other) => one.at - other.at)
    .map(({ comment }) => comment);
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

const serviceOf = (rules: Rules, chain: string): Service | undefined => {
  const comment = rules.get(chain)?.find((rule) => rule.comment?.startsWith('-A '))?.comment;
  if (comment === undefined) return undefined;
  const parsed = parseCommand(comment.split(' '));
  const change = 'command' in parsed && parsed.command.kind === 'change' ? parsed.command.change : undefined;
  if (change?.kind !== 'add-service' || serviceName(change.service.key) !== chain) return undefined;
  return { ...change.service, destinations: [] };
};

const DESTINATION =
  /^-r (?:\[([\da-f.:]+)\]|([\d.]+)):(\d{1,5}) -([mgi]) -w (\d{1,10})(?: -x (\d{1,10}) -y (\d{1,10}))?$/;
const METHODS = { m: 'masq', g: 'gate', i: 'ipip' } as const;

/** The destination that a comment of ours describes. */
const destinationOf = (comment: string): Destination | undefined => {
  const [, v6, v4, port, letter, weight, upper, lower] = DESTINATION.exec(comment) ?? [];
  const address = normaliseAddress(v6 ?? v4 ?? '')?.address;
  if (address === undefined || !(letter === 'm' || letter === 'g' || letter === 'i')) return undefined;
  return {
    address,
    port: Number(port),
    method: METHODS[letter],
    weight: Number(weight),
    upper: Number(upper ?? 0),
    lower: Number(lower ?? 0),
  };
};

/**
 * The destinations of a service that are in force: their chain forwards, and those that the scheduler is to give
 * connections can be reached.
 */
const destinationsOf = (rules: Rules, service: Service, name: string): readonly Destination[] => {
  const listed = rules.get(name)?.flatMap(({ elements }) => elements.flatMap((one) => destinationOf(one) ?? [])) ?? [];
  const found = listed.map((destination) => ({ chain: destinationName(service.key, destination), destination }));
  const scheduled = new Set(scheduledBy({ ...service, destinations: listed }));
  const reachable = targetsIn(rules, name);
  const forwards = (chain: string) => (rules.get(chain)?.length ?? 0) > 1;
  return found
    .filter(({ chain, destination }) => forwards(chain) && (reachable.has(chain) || !scheduled.has(destination)))
    .map(({ destination }) => destination);
};

const tableOf = (rules: Rules, chains: readonly string[]): Table => {
  const entered = (['prerouting', 'output'] as const).every((hook) => targetsIn(rules, hook).has('services'));
  if (!entered) return { services: [] };
  const dispatched = targetsIn(rules, 'services');
  const services = chains.flatMap((name): readonly Service[] => {
    const service = dispatched.has(name) ? serviceOf(rules, name) : undefined;
    if (service === undefined) return [];
    return [{ ...service, destinations: destinationsOf(rules, service, name) }];
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
    (rule): Rule => ({
      chain: textOf(rule.chain) ?? '',
      comment: textOf(rule.comment),
      targets: targetsOf(rule.expr),
      elements: elementsOf(rule.expr),
    }),
  );
  const all = namesOf(json, 'chain');
  const chains = all.filter((name) => !isRevision(name));
  const counters = listed(json, 'counter');
  return {
    objects: {
      exists: listed(json, 'table').length > 0,
      chains: new Set(chains),
      sets: new Set(namesOf(json, 'set')),
      counters: new Set(namesOf(json, 'counter')),
      revisions: all.filter(isRevision),
    },
    table: tableOf(byChain(rules), chains),
    connections: new Map(counters.map(({ name, packets }) => [textOf(name) ?? '', Number(packets)])),
  };
};
