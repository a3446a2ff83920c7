/** The engine for kernels without ip_vs: masquerading and local destinations through one nftables table of our own. */
import { readFile } from 'node:fs/promises';
import type { Log } from '../../log.js';
import { findProgram, run } from '../../platform/exec.js';
import { seconds } from '../../time.js';
import { familyOf, keyText } from '../address.js';
import { applyChange } from '../apply.js';
import type { Change, Engine, FailedChange, Service, Table } from '../model.js';
import { normaliseChange } from '../normalise.js';
import { localAddresses } from './local-addresses.js';
import { type Flows, forgetArguments, staleFlows } from './nft/flows.js';
import { TABLE } from './nft/names.js';
import { type IsLocal, renderTransaction } from './nft/render.js';
import { EMPTY_RULESET, parseRuleset, type Ruleset } from './nft/ruleset.js';
import { scheduleOf } from './nft/slots.js';
import { makeQueue } from './queue.js';
import { inTurn } from './turn.js';
import { unfulfilled } from './verify.js';

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

/** The longest that one nft transaction may take. */
const DEADLINE = seconds(20);

const nft = async (args: readonly string[], input?: string) => {
  const program = findProgram('nft');
  if (program === undefined) throw new Error('nft is not installed: the nft engine needs the nftables package');
  return run(program, args, { timeout: DEADLINE, maxOutput: 1 << 26, ...(input === undefined ? {} : { input }) });
};

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

/** Why this engine cannot do what is asked, beyond what applyChange refuses. */
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
  const approximation = scheduleOf(service)?.approximation;
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
 * Opens the nft engine. Nothing is held in memory between calls: what is in the kernel is the truth, so a restarted
 * daemon and the ha-ipvsadm command see the same table.
 */
export const openNft = ({ log, isLocal: locals = localAddresses }: NftOptions): NftEngine => {
  const queue = makeQueue();
  const said = new Set<string>();
  const warnOnce = (text: string): void => {
    if (said.has(text)) return;
    said.add(text);
    log('WARN', `nft engine: ${text}`);
  };

  /** Says what the changes bring about that is not as with IPVS; what was so before is known already. */
  const warn = async (before: Table, after: Table, changes: readonly Change[], isLocal: IsLocal): Promise<void> => {
    const known = new Set(before.services.flatMap(differences));
    for (const text of after.services.flatMap(differences)) if (!known.has(text)) warnOnce(text);
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
    const failed: FailedChange[] = [];
    const accepted: Change[] = [];
    let expected = table;
    for (const asked of changes) {
      const change = normaliseChange(asked);
      const result = applyChange(expected, change);
      const reason = 'reason' in result ? result.reason : refusal(change, isLocal);
      if (reason === undefined && 'table' in result) {
        expected = result.table;
        accepted.push(asked);
      } else failed.push({ change: asked, reason: reason ?? 'refused' });
    }
    return { failed, accepted, expected };
  };

  const apply = async (changes: readonly Change[]): Promise<readonly FailedChange[]> => {
    const isLocal = locals();
    const before = await list();
    const { failed, accepted, expected } = simulate(before.table, changes, isLocal);
    if (accepted.length === 0) return failed;
    await warn(before.table, expected, accepted, isLocal);
    const result = await nft(['-f', '-'], renderTransaction(before.objects, before.table, expected, isLocal));
    if (result.startError !== undefined) throw new Error(`cannot run nft: ${result.startError}`);
    if (result.code !== 0) {
      // One transaction: either all of it is there or nothing.
      const reason = complaint(result);
      return [...failed, ...accepted.map((change) => ({ change, reason }))];
    }
    await forget(staleFlows(before.table, expected, isLocal));
    const after = await list();
    return [
      ...failed,
      ...unfulfilled(accepted, expected, after.table, () => 'is not in the nftables ruleset afterwards'),
    ];
  };

  return {
    name: 'nft',
    ruleset: () => queue(list),
    read: () => queue(async () => (await list()).table),
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
