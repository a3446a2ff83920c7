/** Plays a story with the real state machines and an administrator's own files, on virtual time. Pure. */

import { parseAddressArgument } from '../agents/address-argument.js';
import { groupAddresses, isAddress } from '../agents/announce-held.js';
import type { HaConfig, ResourceGroup } from '../heartbeat/config/model.js';
import { groupsOfConcern } from '../heartbeat/resources/scope.js';
import { clusterSettings, linkMedia } from '../heartbeat/wiring/settings.js';
import { type Millis, millis } from '../time.js';
import { type AddressAccount, createAccounts } from './account.js';
import { type Course, type SimulatedGroup, Simulation } from './simulation.js';
import { type Cast, describeHappening, type Happening, type Story } from './story.js';

export interface RehearsalInput {
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
  readonly story: Story;
  /** Of everything that is left to chance: which packets are lost, delays. */
  readonly seed: number;
  /** How long a script that is not one of our own in-process agents takes to start or stop. */
  readonly scriptTime: Millis;
}

export interface TimelineEntry {
  /** Since the cluster had come to rest; negative before. */
  readonly at: Millis;
  /** Undefined: what the story does. */
  readonly node?: string;
  readonly text: string;
}

export interface Rehearsal {
  readonly timeline: readonly TimelineEntry[];
  readonly addresses: readonly AddressAccount[];
  /** Every address ends with exactly one owner. */
  readonly passed: boolean;
  readonly duration: Millis;
}

/** So long after the last moment the cluster has come to rest, or never will. */
const REST = 60_000;
/** A cluster that cannot find to itself before its story begins. */
const LONGEST_START = 300_000;
/** Our agents work in process (design, "speed"); asking the kernel takes no longer. */
const OWN_AGENT = 5;
const OWN_AGENTS: readonly string[] = ['IPaddr', 'IPaddr2', 'IPv6addr', 'SendArp', 'LVSSyncDaemonSwap'];
/** A device that resets a node takes its time. */
const FENCING = { time: 2_000, failures: 0 };

/** Who and what a story about these files may name. */
export const castOf = (config: HaConfig): Cast => ({
  nodes: config.nodes.map(({ value }) => value),
  links: [...new Set(linkMedia(config).map(({ name }) => name))],
});

interface Group extends SimulatedGroup {
  readonly written: ResourceGroup;
}

const groupsOf = (groups: readonly ResourceGroup[]): readonly Group[] =>
  groups.map((written, index) => ({
    id: String(index),
    node: written.node.toLowerCase(),
    key: written.resources[0]?.word ?? '',
    written,
  }));

/** The device that clients reach an address by: the one that haresources names, or any. */
const deviceOf = ({ resources }: ResourceGroup, address: string): string | undefined =>
  resources.map(({ args }) => parseAddressArgument(args.join('::'))).find((argument) => argument.address === address)
    ?.device;

/** How long each resource takes, and when the addresses of a group are all there, or the first of them goes. */
const courseOf =
  (scriptTime: Millis, groups: readonly Group[]) =>
  (action: 'acquire' | 'release', ids: readonly string[]): Course => {
    const addresses = new Map<string, number>();
    let total = 1;
    for (const { id, written } of groups.filter((group) => ids.includes(group.id))) {
      const inTurn = action === 'acquire' ? written.resources : written.resources.toReversed();
      for (const resource of inTurn) {
        const begun = total;
        total += OWN_AGENTS.includes(resource.agent) ? OWN_AGENT : scriptTime;
        if (!isAddress(resource)) continue;
        if (action === 'acquire') addresses.set(id, total);
        else if (!addresses.has(id)) addresses.set(id, begun);
      }
    }
    return { total, addresses };
  };

/** Log lines that tell nothing that the timeline does not say anyway, or that come with every start. */
const CHATTER = [
  /^debug:/,
  /^info: (Heartbeat generation|Comm_now_up|Local status now|AUTH|Status update)/,
  /^info: Link /,
];

/** Which cables are down: of the network itself, or of one node. */
class Cables {
  private readonly down = new Map<string, { readonly link: string; readonly node: string | undefined }>();

  set({ link, node, up }: Extract<Happening, { type: 'link' }>): void {
    const key = `${link} ${node ?? ''}`;
    if (up) this.down.delete(key);
    else this.down.set(key, { link, node });
  }

  /** Cuts in a simulation what these cables carry, and nothing else. */
  apply(simulation: Simulation, nodes: readonly string[]): void {
    simulation.heal();
    for (const { link, node } of this.down.values()) {
      for (const [index, one] of nodes.entries()) {
        for (const other of nodes.slice(index + 1)) {
          if (node === undefined || node === one || node === other) simulation.partition(one, other, link);
        }
      }
    }
  }

  /** Whether clients that come over a device reach a node. */
  reaches(node: string, device: string | undefined): boolean {
    return device === undefined || ![...this.down.values()].some((one) => one.link === device && one.node === node);
  }
}

const perform = (simulation: Simulation, cables: Cables, nodes: readonly string[], happening: Happening): void => {
  switch (happening.type) {
    case 'power':
      if (happening.on) simulation.start(happening.node);
      else simulation.crash(happening.node);
      return;
    case 'daemon':
      simulation[happening.act](happening.node);
      return;
    case 'hang':
      if (happening.still) simulation.pause(happening.node);
      else simulation.resume(happening.node);
      return;
    case 'link':
      cables.set(happening);
      cables.apply(simulation, nodes);
      return;
    case 'weather':
      simulation.weather(
        happening.what === 'loss'
          ? { loss: happening.value }
          : happening.what === 'delay'
            ? { latency: Math.max(1, happening.value) }
            : { jitter: happening.value },
      );
      return;
    case 'ask':
      simulation.submit(
        happening.node,
        happening.tool === 'standby'
          ? { t: 'ask_resources', rsc_hold: happening.scope, info: 'me' }
          : { t: 'hb_takeover', rsc_hold: happening.scope },
      );
      return;
    case 'clock':
      simulation.stepClock(happening.node, happening.by);
  }
};

/** Everybody is up, nothing moves, and every group that has a living node runs. */
const isAtRest = (simulation: Simulation, nodes: readonly string[], groups: readonly Group[]): boolean =>
  nodes.every((name) => simulation.view(name)?.resources !== 'transition') &&
  groups.every(({ id, written }) => groupAddresses([written]).length === 0 || simulation.servers(id).length > 0);

/**
 * Starts the cluster, lets it come to rest, and plays the story; ends a minute (and one initdead) after its last moment
 * unless it says itself when.
 */
export const rehearse = ({ config, groups, story, seed, scriptTime }: RehearsalInput): Rehearsal => {
  const { nodes, links } = castOf(config);
  const all = groupsOf(groups);
  const simulation = new Simulation({
    seed,
    nodes,
    links,
    groups: all,
    records: false,
    course: courseOf(scriptTime, all),
    ...(config.fencing === undefined ? {} : { fencing: FENCING }),
    settings: (self) => {
      // Identity, generation and seed are the simulation's own.
      const {
        uuid,
        generation,
        pid,
        seed: own,
        mayHaveLeftovers,
        ...settings
      } = clusterSettings({
        self,
        config,
        groups: groupsOfConcern(groups, nodes, self),
        mayHaveLeftovers: false,
        identity: { uuid: new Uint8Array(16), generation: 0 },
        pid: 0,
        seed: 0,
      });
      return settings;
    },
  });
  for (const node of nodes) simulation.start(node);
  simulation.run(1_000);
  while (!isAtRest(simulation, nodes, all) && simulation.now < LONGEST_START) simulation.run(1_000);
  // Whoever has just started asks for more patience than later (heartbeat reference 5.3).
  simulation.run(10_000);

  const begun = simulation.now;
  const timeline: TimelineEntry[] = [];
  const cables = new Cables();
  const places = all.flatMap(({ id, written }) =>
    groupAddresses([written]).map((address) => ({ address, group: id, device: deviceOf(written, address) })),
  );
  const accounts = createAccounts(places.map(({ address }) => address));
  let told = simulation.log.length;
  let [seen, owners] = [-1, new Map<string, string>()];
  const tellLog = (): void => {
    for (; told < simulation.log.length; told += 1) {
      const line = simulation.log[told];
      if (line !== undefined && !CHATTER.some((pattern) => pattern.test(line.text)))
        timeline.push({ at: millis(line.at - begun), node: line.node, text: line.text });
    }
  };
  const look = (): void => {
    tellLog();
    if (seen === simulation.moves) return;
    seen = simulation.moves;
    const at = millis(simulation.now - begun);
    const serving = new Map<string, string>();
    for (const { address, group, device } of places) {
      const answering = simulation.servers(group).filter((node) => cables.reaches(node, device));
      accounts.note(address, at, answering);
      serving.set(address, answering.join(' and '));
    }
    for (const [address, now] of serving) {
      if (owners.get(address) === now) continue;
      timeline.push({ at, text: `${address} is served by ${now === '' ? 'nobody' : now}` });
    }
    owners = serving;
  };
  look();
  for (const { at, happening } of story.moments) {
    simulation.run(begun + at - simulation.now, look);
    timeline.push({ at, text: describeHappening(happening) });
    perform(simulation, cables, nodes, happening);
    // A cable may be on the clients' way.
    seen = -1;
    look();
  }
  const last = story.moments.at(-1)?.at ?? 0;
  const end = story.end ?? last + config.initdead + REST;
  simulation.run(Math.max(0, begun + end - simulation.now), look);
  const addresses = accounts.close(millis(simulation.now - begun));
  return {
    timeline,
    addresses,
    passed: addresses.every((account) => account.owners.length === 1),
    duration: millis(simulation.now - begun),
  };
};
