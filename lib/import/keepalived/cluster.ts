/** All instances together: how the nodes hear each other, and what moves between them. */
import type { Ledger } from '../ledger.js';
import type { ClusterPlan, GroupPlan, ImportOptions, Line } from '../plan.js';
import { arg, type Statement } from '../statement.js';
import { addressValue, nameValue } from '../values.js';
import type { Instance } from './instance.js';
import type { SyncGroup } from './sync-group.js';

/** Port of the heartbeats: that of the service ha-cluster. */
const PORT = 694;

/** How long a backup of VRRP waits, in milliseconds: three advertisements, and less the higher its priority (RFC 5798, 6.1). */
export const masterDownInterval = (interval: number, priority: number): number =>
  Math.ceil(interval * (3 + (256 - priority) / 256) * 1000);

/** The quickest instance decides for the whole cluster. */
const timing = (
  ledger: Ledger,
  instances: readonly Instance[],
): Pick<ClusterPlan, 'keepalive' | 'deadtime' | 'timing'> | undefined => {
  const quickest = instances.toSorted((one, other) => one.interval - other.interval)[0];
  if (quickest === undefined) return undefined;
  for (const { interval, intervalStatement } of instances)
    if (interval !== quickest.interval && intervalStatement !== undefined)
      ledger.remark(
        'changed',
        intervalStatement,
        `heartbeat has one interval for all: ${quickest.interval} s, the shortest one`,
      );
  const keepalive = Math.round(quickest.interval * 1000);
  const { intervalStatement, statement } = quickest;
  return {
    keepalive,
    deadtime: masterDownInterval(quickest.interval, quickest.priority),
    timing: (intervalStatement ?? statement).at,
  };
};

const unicast = (device: string, address: string): string =>
  `${addressValue(address)?.family === 'ipv6' ? 'ucast6' : 'ucast'} ${device} ${address}`;

/** The group has the number of the virtual router in it, so that clusters on the same network stay apart as they did. */
const multicast = (device: string, { routerId, addresses }: Instance): string =>
  addresses.length > 0 && addresses.every(({ address }) => address.family === 'ipv6')
    ? `mcast6 ${device} ff12::1:${routerId.toString(16)} ${PORT} 1 0`
    : `mcast ${device} 225.0.0.${routerId} ${PORT} 1 0`;

/** The interface of the heartbeats where no file says one. */
export const deviceFor = ({ device }: ImportOptions): string => device ?? 'eth0';

/** One path for every interface, or for every peer that is named. */
const mediaOf = (ledger: Ledger, instances: readonly Instance[], options: ImportOptions): readonly Line[] => {
  const lines = new Map<string, Line>();
  const devices = new Set<string>();
  const speaksIpv4 = (device: string): Instance | undefined =>
    instances.find((one) => one.device === device && one.addresses.some(({ address }) => address.family === 'ipv4'));
  for (const { device, peers, statement } of instances) {
    if (device === undefined) continue;
    for (const [index, peer] of peers.entries()) {
      if (index > 0)
        ledger.remark(
          'changed',
          peer.statement,
          'a third machine; the node line of ha.cf has two names',
          'write the names of all machines into the node line, and see that every machine has a line for every other one',
        );
      const text = unicast(device, peer.address);
      if (!lines.has(text)) lines.set(text, { text, from: peer.statement.at });
      devices.add(device);
    }
    if (devices.has(device)) continue;
    if (options.peerIp !== undefined && devices.size === 0) {
      const text = unicast(device, options.peerIp);
      lines.set(text, { text, from: statement.at });
    } else if (!instances.some((one) => one.device === device && one.peers.length > 0)) {
      const speaker = speaksIpv4(device) ?? instances.find((one) => one.device === device);
      if (speaker !== undefined) {
        const text = multicast(device, speaker);
        lines.set(text, { text, from: speaker.statement.at });
      }
    }
    devices.add(device);
  }
  return [...lines.values()];
};

const keyOf = (ledger: Ledger, instances: readonly Instance[]): ClusterPlan['key'] => {
  const secrets = instances.flatMap(({ secret }) => secret ?? []);
  const [first, ...others] = secrets;
  for (const { text, statement } of others)
    if (text !== first?.text)
      ledger.remark('changed', statement, 'another secret than that of the first instance; heartbeat has one for all');
  if (first !== undefined) return { method: 'sha1', text: first.text, from: first.statement.at };
  const [instance] = instances;
  if (instance !== undefined)
    ledger.remark(
      'changed',
      instance.statement,
      'no authentication; authkeys says crc, which trusts everybody in the network just as well',
      "write a secret into authkeys, the same on both nodes: 'auth 1' and '1 sha1 SECRET'",
    );
  return { method: 'crc', text: '', from: undefined };
};

const failback = (ledger: Ledger, instances: readonly Instance[]): ClusterPlan['autoFailback'] => {
  const marked = instances.flatMap(({ noPreempt }) => noPreempt ?? []);
  const [first] = marked;
  if (first === undefined) return { value: 'on', from: undefined };
  if (marked.length < instances.length)
    for (const statement of marked)
      ledger.remark('changed', statement, 'auto_failback counts for all groups; off is written, as here');
  return { value: 'off', from: first.at };
};

/** The cluster; undefined when there is no instance. `startDelay` is in milliseconds. */
export const clusterOf = (
  ledger: Ledger,
  instances: readonly Instance[],
  options: ImportOptions,
  startDelay: number | undefined,
): ClusterPlan | undefined => {
  const times = timing(ledger, instances);
  if (times === undefined) return undefined;
  const found = mediaOf(ledger, instances, options);
  const media = found.length > 0 ? found : [{ text: `bcast ${deviceFor(options)}`, from: undefined }];
  const initdead = startDelay === undefined ? undefined : Math.max(startDelay, times.deadtime);
  return { ...times, initdead, media, autoFailback: failback(ledger, instances), key: keyOf(ledger, instances) };
};

/**
 * The node that has the addresses while all is well, as far as one file tells: with `state MASTER` this one, with `state BACKUP`
 * the other one, unless nopreempt makes the state say nothing.
 */
const preferredNode = (ledger: Ledger, instance: Instance, { node, peer }: ImportOptions): string => {
  const { state, noPreempt, priority, priorityStatement, statement } = instance;
  if (state === 'MASTER' || priority === 255) return node;
  if (state === 'BACKUP' && noPreempt === undefined) return peer;
  const guess = priority >= 100 ? node : peer;
  ledger.remark(
    'changed',
    priorityStatement ?? statement,
    `which node comes first depends on the priority in the other machine's file; ${guess} is taken`,
    `begin the line of haresources with ${guess === node ? peer : node} if that one has the higher priority`,
  );
  return guess;
};

export interface Mailing {
  readonly addresses: readonly string[];
  /** `smtp_alert` for all instances. */
  readonly always: boolean;
}

/** The connection synchronisation that goes with an instance, by the name of that one. */
export interface Synchronisation {
  readonly device: string;
  readonly id: string | undefined;
  readonly instance: string | undefined;
  readonly statement: Statement;
}

const firstOf = (members: readonly Instance[]): Instance | undefined => members[0];

/** What stands behind the addresses and ldirectord in a group. */
const companions = (
  name: string,
  members: readonly Instance[],
  mails: Statement | undefined,
  mailing: Mailing,
  sync: Synchronisation | undefined,
): readonly Line[] => {
  const own = firstOf(members.filter((member) => member.sync !== undefined))?.sync;
  const lines: Line[] = [];
  if (sync !== undefined)
    lines.push({
      text: ['LVSSyncDaemonSwap', 'master', sync.device, ...(sync.id === undefined ? [] : [sync.id])].join('::'),
      from: sync.statement.at,
    });
  else if (own !== undefined) lines.push({ text: `LVSSyncDaemonSwap::master::${own.device}`, from: own.statement.at });
  const wanted = mails ?? members.find((member) => member.mails !== undefined)?.mails;
  const first = firstOf(members);
  if (mailing.addresses.length > 0 && first !== undefined && (wanted !== undefined || mailing.always))
    lines.push({
      text: `MailTo::${mailing.addresses.join(',')}::${nameValue(name) ?? 'addresses'}`,
      from: (wanted ?? first.statement).at,
    });
  return lines;
};

/** The groups of haresources: the instances of a `vrrp_sync_group` are one, every other instance is one of its own. */
export const groupsOf = (
  ledger: Ledger,
  instances: readonly Instance[],
  syncGroups: readonly SyncGroup[],
  options: ImportOptions,
  mailing: Mailing,
  synchronisation: Synchronisation | undefined,
): readonly GroupPlan[] => {
  const taken = new Set<Instance>();
  const bundles: {
    readonly name: string;
    readonly members: readonly Instance[];
    readonly mails: Statement | undefined;
  }[] = [];
  for (const instance of instances) {
    if (taken.has(instance)) continue;
    const group = syncGroups.find(({ members }) => members.includes(instance.name));
    const members =
      group === undefined ? [instance] : instances.filter((one) => group.members.includes(one.name) && !taken.has(one));
    for (const member of members) taken.add(member);
    bundles.push({ name: group?.name ?? instance.name, members, mails: group?.mails });
  }
  const seen = new Set<string>();
  const groups: GroupPlan[] = [];
  for (const { name, members, mails } of bundles) {
    const addresses = members.flatMap((member) => member.addresses);
    const fresh = addresses.filter(({ address }) => !seen.has(address.text) && seen.add(address.text));
    const [first, ...others] = members;
    if (first === undefined) continue;
    if (fresh.length === 0) {
      ledger.remark('lost', first.statement, 'it has no address, so that there is nothing to move');
      continue;
    }
    const node = preferredNode(ledger, first, options);
    for (const other of others)
      if (other.state !== first.state)
        ledger.remark('changed', other.statement, `the group ${name} has one preferred node: that of ${first.name}`);
    const syncs = synchronisation?.instance;
    const isSynchronised = syncs === undefined ? groups.length === 0 : members.some((member) => member.name === syncs);
    groups.push({
      name,
      node,
      from: first.statement.at,
      before: fresh.map(({ word, from }) => ({ text: word, from })),
      after: companions(name, members, mails, mailing, isSynchronised ? synchronisation : undefined),
      addresses: fresh.map(({ address }) => address.text),
    });
  }
  return groups;
};

/** The instance of that name, as `lvs_sync_daemon INTERFACE INSTANCE` names one. */
export const instanceNamed = (
  instances: readonly Instance[],
  statement: Statement,
  index: number,
): string | undefined => instances.find(({ name }) => name === arg(statement, index))?.name;
