/** Plays a story with the real state machines and an administrator's own files, on virtual time. Pure. */

import { groupAddresses } from '../agents/announce-held.js';
import type { HaConfig, ResourceGroup } from '../heartbeat/config/model.js';
import { groupsOfConcern } from '../heartbeat/resources/scope.js';
import { clusterSettings, linkMedia } from '../heartbeat/wiring/settings.js';
import { normaliseAddress } from '../ipvs/address.js';
import { type Millis, millis } from '../time.js';
import { type AddressAccount, createAccounts } from './account.js';
import { Cables } from './cables.js';
import { courseOf, type PlayedGroup } from './course.js';
import type { DirectorFiles } from './director-files.js';
import { Directors, patienceOf } from './directors.js';
import { describeHappening } from './happening-text.js';
import { RealServers } from './real-servers.js';
import { createServiceAccounts, type ServiceAccount } from './service-account.js';
import { Simulation } from './simulation.js';
import type { Cast, Happening, Story } from './story.js';

export interface RehearsalInput {
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
  readonly directors: DirectorFiles;
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
  /** In the order of ldirectord.cf; none where no ldirectord is played. */
  readonly services: readonly ServiceAccount[];
  /** Every address ends with exactly one owner, and every virtual service with a server that answers. */
  readonly passed: boolean;
  readonly duration: Millis;
}

/** So long after the last moment the cluster has come to rest, or never will. */
const REST = 60_000;
/** A cluster that cannot find to itself before its story begins. */
const LONGEST_START = 300_000;
/** A device that resets a node takes its time. */
const FENCING = { time: 2_000, failures: 0 };

/** Who and what a story about these files may name. */
export const castOf = ({
  config,
  groups,
  directors,
}: Pick<RehearsalInput, 'config' | 'groups' | 'directors'>): Cast => ({
  nodes: config.nodes.map(({ value }) => value),
  links: [...new Set(linkMedia(config).map(({ name }) => name))],
  reals: [...directors.reals.keys()],
  resources: [...new Set(groups.flatMap(({ resources }) => resources.map(({ word }) => word)))],
});

/** An address in the one spelling that ldirectord has for it. */
const normalAddress = (written: string): string => normaliseAddress(written)?.address ?? written;

const groupsOf = (groups: readonly ResourceGroup[]): readonly PlayedGroup[] =>
  groups.map((written, index) => ({
    id: String(index),
    node: written.node.toLowerCase(),
    key: written.resources[0]?.word ?? '',
    written,
  }));

/** Log lines that tell nothing that the timeline does not say anyway, or that come with every start. */
const CHATTER = [
  /^debug:/,
  /^info: (Heartbeat generation|Comm_now_up|Local status now|AUTH|Status update)/,
  /^info: Link /,
];

const NO_MAINTENANCE = ', but ldirectord.cf has no maintenancedir';
const hasMaintenance = ({ files }: DirectorFiles): boolean =>
  files.some(({ config }) => config.maintenanceDirectory !== undefined);

const brokenName = (node: string, word: string): string => `${node} ${word}`;

/** Everything that a story acts upon. */
interface Stage {
  readonly simulation: Simulation;
  readonly cables: Cables;
  readonly directors: Directors;
  readonly reals: RealServers;
  /** Resources that can not be started on a node now: `lb1 IPaddr2::10.0.0.100`. */
  readonly broken: Set<string>;
  readonly nodes: readonly string[];
}

const perform = ({ simulation, cables, directors, reals, broken, nodes }: Stage, happening: Happening): void => {
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
      else {
        simulation.resume(happening.node);
        directors.resumed(happening.node);
      }
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
    case 'real':
      reals.set(happening.real, happening.condition);
      return;
    case 'maintenance':
      directors.maintain(happening.real, happening.isOut);
      return;
    case 'resource': {
      const what = brokenName(happening.node, happening.resource);
      if (happening.starts) broken.delete(what);
      else broken.add(what);
      return;
    }
    case 'clock':
      simulation.stepClock(happening.node, happening.by);
  }
};

/** Everybody is up, nothing moves, every group that has a living node runs, and every real server has been checked. */
const isAtRest = ({ simulation, directors, nodes }: Stage, groups: readonly PlayedGroup[]): boolean =>
  nodes.every((name) => simulation.view(name)?.resources !== 'transition') &&
  groups.every(({ id, written }) => groupAddresses([written]).length === 0 || simulation.servers(id).length > 0) &&
  directors.isSettled();

/** The nodes, the network and the servers of these files, all of them well. */
const stageOf = (input: RehearsalInput, all: readonly PlayedGroup[]): Stage => {
  const { config, groups, directors: files, seed, scriptTime } = input;
  const { nodes, links } = castOf(input);
  const broken = new Set<string>();
  const cables = new Cables(groups);
  const reals = new RealServers(files.reals);
  const directors = new Directors(files.files, reals, {
    now: () => millis(simulation.now),
    after: (delay, run) => simulation.after(delay, run),
    isPaused: (node) => simulation.isPaused(node),
    reaches: (node, address) => cables.reaches(node, cables.deviceTowards(address)),
    log: (node, text) => simulation.log.push({ at: simulation.now, node, text: files.named(text) }),
  });
  const simulation = new Simulation({
    seed,
    nodes,
    links,
    groups: all,
    records: false,
    course: (action, ids, node) =>
      courseOf(
        action,
        all.filter(({ id }) => ids.includes(id)),
        {
          scriptTime,
          programOf: files.pathOf,
          failsToStart: ({ word }) => broken.has(brokenName(node, word)),
        },
      ),
    onlooker: directors,
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
  return { simulation, cables, directors, reals, broken, nodes };
};

const letComeToRest = (stage: Stage, all: readonly PlayedGroup[]): void => {
  const { simulation, nodes } = stage;
  for (const node of nodes) simulation.start(node);
  simulation.run(1_000);
  while (!isAtRest(stage, all) && simulation.now < LONGEST_START) simulation.run(1_000);
  // Whoever has just started asks for more patience than later (heartbeat reference 5.3).
  simulation.run(10_000);
};

/**
 * Starts the cluster, lets it come to rest, and plays the story; ends a minute (and one initdead, and as long as ldirectord
 * takes for the last change of a real server) after its last moment unless it says itself when.
 */
export const rehearse = (input: RehearsalInput): Rehearsal => {
  const { config, groups, directors: files, story } = input;
  const all = groupsOf(groups);
  const stage = stageOf(input, all);
  const { simulation, cables, directors } = stage;
  letComeToRest(stage, all);

  const begun = simulation.now;
  const timeline: TimelineEntry[] = [];
  const places = all.flatMap(({ id, written }) =>
    groupAddresses([written]).map((address) => ({ address, group: id, device: cables.deviceOf(address) })),
  );
  const accounts = createAccounts(places.map(({ address }) => address));
  const serviceAccounts = createServiceAccounts();
  let told = simulation.log.length;
  let [seen, owners] = [-1, new Map<string, readonly string[]>()];
  const tellLog = (): void => {
    for (; told < simulation.log.length; told += 1) {
      const line = simulation.log[told];
      if (line !== undefined && !CHATTER.some((pattern) => pattern.test(line.text)))
        timeline.push({ at: millis(line.at - begun), node: line.node, text: line.text });
    }
  };
  const noteServices = (at: Millis): void => {
    for (const service of directors.services) {
      // Where heartbeat knows nothing of an address, or there is none, clients are taken to find ldirectord.
      const nodes = owners.get(normalAddress(service.address ?? '')) ?? directors.runsOn(service);
      serviceAccounts.note(files.named(service.id), at, directors.stateOf(service, nodes));
    }
  };
  const look = (): void => {
    tellLog();
    const moves = simulation.moves + directors.moves;
    if (seen === moves) return;
    seen = moves;
    const at = millis(simulation.now - begun);
    const serving = new Map<string, readonly string[]>();
    for (const { address, group, device } of places) {
      const answering = simulation.servers(group).filter((node) => cables.reaches(node, device));
      accounts.note(address, at, answering);
      serving.set(normalAddress(address), answering);
      const [before, now] = [owners.get(normalAddress(address))?.join(' and '), answering.join(' and ')];
      if (before !== now) timeline.push({ at, text: `${address} is served by ${now === '' ? 'nobody' : now}` });
    }
    owners = serving;
    noteServices(at);
  };
  look();
  const moments = story.moments.filter(({ at }) => at <= (story.end ?? at));
  for (const { at, happening } of moments) {
    simulation.run(begun + at - simulation.now, look);
    const isUnheard = happening.type === 'maintenance' && !hasMaintenance(files);
    timeline.push({ at, text: `${describeHappening(happening)}${isUnheard ? NO_MAINTENANCE : ''}` });
    perform(stage, happening);
    // A cable may be on the clients' way, a server may answer no more.
    seen = -1;
    look();
  }
  const end = story.end ?? (moments.at(-1)?.at ?? 0) + config.initdead + REST + patienceOf(files.files);
  simulation.run(Math.max(0, begun + end - simulation.now), look);
  const duration = millis(simulation.now - begun);
  const addresses = accounts.close(duration);
  const services = serviceAccounts
    .close(duration)
    .map((account) => ({ ...account, servers: account.servers.map(files.named) }));
  const passed = addresses.every((account) => account.owners.length === 1) && services.every(({ served }) => served);
  return { timeline, addresses, services, passed, duration };
};
