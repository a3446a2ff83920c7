/** The engine for kernels without ip_vs: masquerading and local destinations through one nftables table of our own. */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Log } from '../../log.js';
import { findProgram, run } from '../../platform/exec.js';
import { seconds } from '../../time.js';
import { familyOf, keyText } from '../address.js';
import { editTable } from '../apply.js';
import type { Change, Engine, FailedChange, Service, Table } from '../model.js';
import { normaliseChange } from '../normalise.js';
import { localAddresses } from './local-addresses.js';
import { type Flows, forgetArguments, staleFlows } from './nft/flows.js';
import { TABLE } from './nft/names.js';
import type { IsLocal } from './nft/render.js';
import { EMPTY_RULESET, parseRuleset, type Ruleset } from './nft/ruleset.js';
import { approximationOf, scheduledBy } from './nft/slots.js';
import { renderTransaction } from './nft/transaction.js';
import { makeQueue } from './queue.js';
import { inTurn } from './turn.js';

export interface NftEngine extends Engine {
  readonly name: 'nft';
  /** Everything that is there, with the connection counters. */
  ruleset(): Promise<Ruleset>;
  /** Sets the counters of all services, or of one (by its name in the ruleset), to 0. */
  zero(names: readonly string[] | undefined): Promise<void>;
}

export interface NftOptions {
  readonly log: Log;
  /** For tests: which addresses are local. */
  readonly isLocal?: () => IsLocal;
}

/**
 * For how many milliseconds what was read counts as what is there before a batch. Should another program of the suite have
 * changed it meanwhile, the transaction is refused, because the revision is another.
 */
const FRESH = 1000;

/** How often a batch is begun anew because somebody else was faster. */
const TRIES = 10;

interface Attempt {
  readonly failed: readonly FailedChange[];
  /** `late`: refused because the table was not as it was thought to be. */
  readonly end: 'made' | 'nothing-to-do' | 'refused' | 'late';
}

type State = Pick<Ruleset, 'objects' | 'table'>;

/** What was there at a time of the monotonic clock. */
type Known = State & { readonly at: number };

/** The longest that one nft transaction may take. */
const DEADLINE = seconds(20);

const nft = async (args: readonly string[], input?: string) => {
  const program = findProgram('nft');
  if (program === undefined) throw new Error('nft is not installed: the nft engine needs the nftables package');
  return run(program, args, { timeout: DEADLINE, maxOutput: 1 << 26, ...(input === undefined ? {} : { input }) });
};

/** Whether nft complains of what only somebody else's batch can have changed: the revision, or the table that was not there. */
const tellsOfOthers = (stderr: string): boolean => /^(?:delete chain \S+ \S+ revision\/|create table )/m.test(stderr);

/** The first line that nft complains with, or how it ended. */
const complaint = (result: Awaited<ReturnType<typeof nft>>): string => {
  const line = result.stderr.split('\n').find((text) => text.trim() !== '');
  return line?.trim() ?? (result.timedOut ? 'nft did not answer in time' : `nft ended with status ${result.code}`);
};

const list = async (): Promise<Ruleset> => {
  const result = await nft(['-j', '-t', 'list', 'table', ...TABLE.split(' ')]);
  if (result.code === 0) return parseRuleset(result.stdout);
  if (/No such file or directory|does not exist/.test(result.stderr)) return EMPTY_RULESET;
  throw new Error(`cannot read the nftables ruleset: ${complaint(result)}`);
};

/** Why this engine cannot do what is asked, beyond what IPVS refuses. */
const refusal = (change: Change, isLocal: IsLocal): string | undefined => {
  if (change.kind !== 'add-destination' && change.kind !== 'edit-destination') return undefined;
  const { method, address } = change.destination;
  if (method !== 'masq' && !isLocal(address))
    return `${method} needs ip_vs: the nft engine only does masq, and real servers on this host`;
  return method === 'masq' && familyOf(address) !== change.key.family
    ? 'Different address family is allowed only for tunneling servers'
    : undefined;
};

/** What is not exactly as IPVS does it, in words for the log. */
const differences = (service: Service): readonly string[] => {
  const name = keyText(service.key);
  // With nobody to serve there is nothing to be approximated.
  const approximation = scheduledBy(service).length === 0 ? undefined : approximationOf(service.scheduler);
  return [
    ...(approximation === undefined ? [] : [`scheduler ${service.scheduler} of ${name}: ${approximation}`]),
    ...(service.ops ? [`${name}: one-packet scheduling is not possible, packets of one flow stay together`] : []),
    ...(service.destinations.some((one) => one.upper > 0)
      ? [`${name}: connection thresholds are kept but not enforced`]
      : []),
  ];
};

/** Whether a change brings in a server that packets have to be forwarded to. */
const needsForwarding = (change: Change, family: 'ipv4' | 'ipv6', isLocal: IsLocal): boolean =>
  (change.kind === 'add-destination' || change.kind === 'edit-destination') &&
  change.key.family === family &&
  !isLocal(change.destination.address);

const FORWARDING = {
  ipv4: ['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward'],
  ipv6: ['net.ipv6.conf.all.forwarding', '/proc/sys/net/ipv6/conf/all/forwarding'],
} as const;

/**
 * Opens the nft engine. What is in the kernel is the truth, so a restarted daemon and the ha-ipvsadm command
 * see the same table; what was read a moment ago is only used as long as nobody else has changed it.
 */
export const openNft = ({ log, isLocal: locals = localAddresses }: NftOptions): NftEngine => {
  const queue = makeQueue();
  let known: Known | undefined;
  const said = new Set<string>();
  const warnOnce = (text: string): void => {
    if (said.has(text)) return;
    said.add(text);
    log('WARN', `nft engine: ${text}`);
  };

  /** Says what the changes bring about that is not as with IPVS; what was so before is known already. */
  const warn = async (before: Table, after: Table, changes: readonly Change[], isLocal: IsLocal): Promise<void> => {
    const untouched = new Set(before.services);
    const changed = after.services.filter((service) => !untouched.has(service));
    const earlier = new Set(changed.length === 0 ? [] : before.services.flatMap(differences));
    for (const text of changed.flatMap(differences)) if (!earlier.has(text)) warnOnce(text);
    for (const family of ['ipv4', 'ipv6'] as const) {
      const [name, path] = FORWARDING[family];
      if (!changes.some((change) => needsForwarding(change, family, isLocal))) continue;
      const value = await readFile(path, 'utf8').catch(() => '1');
      if (value.trim() === '0') warnOnce(`masq needs ${name}=1, which is 0 now: real servers cannot be reached`);
    }
  };

  const forget = async (all: readonly Flows[]): Promise<void> => {
    if (all.length === 0) return;
    const program = findProgram('conntrack');
    if (program === undefined) {
      warnOnce('conntrack is not installed: busy udp flows stay where they are when their real server is deleted');
      return;
    }
    // Its status is not 0 when there was no such flow, which is just as well.
    for (const flows of all) await run(program, forgetArguments(flows), { timeout: DEADLINE });
  };

  /** Sorts changes into those that can be made, with the table they lead to, and those that cannot. */
  const simulate = (table: Table, changes: readonly Change[], isLocal: IsLocal) => {
    const editor = editTable(table);
    const failed: FailedChange[] = [];
    const accepted: Change[] = [];
    for (const asked of changes) {
      const change = normaliseChange(asked);
      const reason = refusal(change, isLocal) ?? editor.change(change);
      if (reason === undefined) accepted.push(asked);
      else failed.push({ change: asked, reason });
    }
    return { failed, accepted, expected: editor.table() };
  };

  const recent = (age: number): Known | undefined =>
    known !== undefined && performance.now() - known.at < age ? known : undefined;

  const look = async (): Promise<Ruleset> => {
    const ruleset = await list();
    known = { ...ruleset, at: performance.now() };
    return ruleset;
  };

  /** One try to make the changes to what is thought to be there. */
  const attempt = async (before: State, changes: readonly Change[]): Promise<Attempt> => {
    const isLocal = locals();
    const { failed, accepted, expected } = simulate(before.table, changes, isLocal);
    if (accepted.length === 0) return { failed, end: 'nothing-to-do' };
    await warn(before.table, expected, accepted, isLocal);
    const { text, objects } = renderTransaction(before.objects, before.table, expected, isLocal, randomInt(2 ** 47));
    const result = await nft(['-f', '-'], text);
    if (result.startError !== undefined) throw new Error(`cannot run nft: ${result.startError}`);
    if (result.code !== 0) {
      // One transaction: either all of it is there or nothing.
      const reason = complaint(result);
      return {
        failed: [...failed, ...accepted.map((change) => ({ change, reason }))],
        end: tellsOfOthers(result.stderr) ? 'late' : 'refused',
      };
    }
    known = { objects, table: expected, at: performance.now() };
    await forget(staleFlows(before.table, expected, isLocal));
    return { failed, end: 'made' };
  };

  const apply = async (changes: readonly Change[]): Promise<readonly FailedChange[]> => {
    const remembered = recent(FRESH);
    known = undefined;
    const first = remembered === undefined ? undefined : await attempt(remembered, changes);
    // When it was made, the table was as remembered: the revision proves it. Everything else is judged by what is there.
    if (first?.end === 'made') return first.failed;
    for (let left = TRIES; ; left -= 1) {
      const { failed, end } = await attempt(await look(), changes);
      if (end !== 'late' || left <= 1) return failed;
    }
  };

  return {
    name: 'nft',
    ruleset: () => queue(look),
    read: (age = 0) => queue(async () => (recent(age) ?? (await look())).table),
    foresee: (actual, changes) => simulate(actual, changes, locals()).failed,
    apply: (changes) => queue(() => inTurn(() => apply(changes))),
    zero: (names) =>
      queue(async () => {
        const { objects } = await list();
        for (const name of objects.counters) {
          const wanted = names === undefined || names.some((one) => name === one || name.startsWith(`${one}/`));
          if (wanted) await nft(['reset', 'counter', ...TABLE.split(' '), name]);
        }
      }),
  };
};
