/** All ldirectords of a rehearsal, the tables of their nodes, and what clients get from them. */
import type { Destination, Table } from '../ipvs/model.js';
import type { DirectorConfig, Virtual } from '../ldirectord/config/model.js';
import { adopt, type Member } from '../ldirectord/director.js';
import { hostPort, serviceId } from '../ldirectord/names.js';
import { roundOf } from '../ldirectord/round.js';
import type { Millis } from '../time.js';
import { type PlayedDirector, playDirector } from './director-play.js';
import type { RealServers } from './real-servers.js';
import type { Onlooker } from './world.js';

/** An ldirectord.cf that is played. */
export interface DirectorFile {
  readonly config: DirectorConfig;
  /** No group starts it: it runs on every node, from the boot on. */
  readonly isPermanent: boolean;
}

/** The nodes as an ldirectord finds them. */
export interface Machines {
  readonly now: () => Millis;
  readonly after: (delay: number, run: () => void) => void;
  readonly isPaused: (node: string) => boolean;
  /** Whether a cable leads from a node to a real server. */
  readonly reaches: (node: string, address: string) => boolean;
  readonly log: (node: string, text: string) => void;
}

/** A virtual service that is played. */
export interface PlayedService {
  /** As ldirectord names it: `tcp:10.0.0.3:80`. */
  readonly id: string;
  /** Undefined: that of a firewall mark. */
  readonly address: string | undefined;
  readonly file: DirectorFile;
  readonly virtual: Virtual;
  /** Its members by their place in the table. */
  readonly places: ReadonlyMap<string, readonly Member[]>;
}

/** What clients of a virtual service get at an instant. */
export interface ServiceState {
  /** The nodes that they reach. */
  readonly nodes: readonly string[];
  /** The share of their requests that is answered, from 0 to 1: what a node sends a server is measured by its weight. */
  readonly answered: number;
  /** Nobody but the fallback answers. */
  readonly onFallback: boolean;
  /** Where they are sent to. */
  readonly servers: readonly string[];
  /** Those of them that give no answer. */
  readonly dead: readonly string[];
}

const NO_TABLE: Table = { services: [] };
const NO_PLACES: PlayedService['places'] = new Map();

const servicesOf = (file: DirectorFile): readonly PlayedService[] => {
  const { places } = adopt(file.config, undefined);
  return file.config.virtuals.map((virtual) => {
    const id = serviceId(virtual.key);
    const address = virtual.key.protocol === 'fwm' ? undefined : virtual.key.address;
    return { id, address, file, virtual, places: places.get(id) ?? NO_PLACES };
  });
};

/** The longest time, in milliseconds, from a change of a real server until ldirectord has drawn the consequences. */
export const patienceOf = (files: readonly DirectorFile[]): number =>
  Math.max(
    0,
    ...files
      .flatMap(({ config }) => config.virtuals)
      .map((virtual) => (virtual.checkInterval + roundOf(virtual, 0).deadline) * virtual.failureCount),
  );

const weightOf = (destinations: readonly Destination[]): number =>
  destinations.reduce((sum, { weight }) => sum + weight, 0);

const nameOf = ({ address, port }: Destination): string => hostPort(address, port);

export class Directors implements Onlooker {
  readonly services: readonly PlayedService[];
  /** Counts up whenever a table has changed. */
  moves = 0;
  private readonly tables = new Map<string, Table>();
  /** By node, then by the path of the configuration. */
  private readonly running = new Map<string, Map<string, PlayedDirector>>();
  /** What is due on a node that stands still. */
  private readonly held = new Map<string, (() => void)[]>();

  constructor(
    private readonly files: readonly DirectorFile[],
    private readonly reals: RealServers,
    private readonly machines: Machines,
  ) {
    this.services = files.flatMap(servicesOf);
  }

  booted(node: string): void {
    // Whoever starts does not stand still.
    this.resumed(node);
    for (const { config, isPermanent } of this.files) if (isPermanent) this.start(node, config);
  }

  dark(node: string): void {
    for (const played of this.running.get(node)?.values() ?? []) played.vanish();
    this.running.delete(node);
    this.held.delete(node);
    this.write(node, NO_TABLE);
  }

  program(node: string, path: string, runs: boolean): void {
    const file = this.files.find(({ config }) => config.path === path);
    if (file === undefined) return;
    if (runs) this.start(node, file.config);
    else this.stop(node, path);
  }

  /** Somebody takes a real server out, or lets it in again, on every node. */
  maintain(name: string, isOut: boolean): void {
    this.reals.maintain(name, isOut);
    for (const directors of this.running.values()) for (const one of directors.values()) one.lookAtMaintenance();
  }

  /** A node goes on: what was due meanwhile is done now. */
  resumed(node: string): void {
    const due = this.held.get(node) ?? [];
    this.held.delete(node);
    for (const run of due) run();
  }

  /** Everyone runs somewhere, and every real server has been checked there. */
  isSettled(): boolean {
    return this.files.every(({ config }) => {
      const played = [...this.running.values()].flatMap((directors) => directors.get(config.path) ?? []);
      return played.length > 0 && played.every((one) => one.isSettled());
    });
  }

  /** The nodes on which the ldirectord of a service runs. */
  runsOn({ file }: PlayedService): readonly string[] {
    return [...this.running].filter(([, directors]) => directors.has(file.config.path)).map(([node]) => node);
  }

  /** The table of a node. */
  table(node: string): Table {
    return this.tables.get(node) ?? NO_TABLE;
  }

  /** What clients of a service get where they reach these nodes; of two, each half of them. */
  stateOf(service: PlayedService, nodes: readonly string[]): ServiceState {
    const each = nodes.map((node) => this.stateOn(service, node));
    return {
      nodes,
      answered: each.reduce((sum, { answered }) => sum + answered, 0) / Math.max(1, each.length),
      onFallback:
        each.some(({ onFallback }) => onFallback) && each.every((one) => one.onFallback || one.answered === 0),
      servers: [...new Set(each.flatMap(({ servers }) => servers))],
      dead: [...new Set(each.flatMap(({ dead }) => dead))],
    };
  }

  private stateOn({ id, virtual, places }: PlayedService, node: string): Omit<ServiceState, 'nodes'> {
    const entry = this.table(node).services.find(({ key }) => serviceId(key) === id);
    const used = (entry?.destinations ?? []).filter(({ weight }) => weight > 0);
    const isDead = (destination: Destination): boolean => {
      const members = places.get(nameOf(destination));
      if (!this.machines.reaches(node, destination.address)) return true;
      // A fallback that is no real server is always well.
      return members !== undefined && !members.some(({ real }) => this.reals.serves({ virtual, real }));
    };
    const dead = used.filter(isDead);
    return {
      answered: used.length === 0 ? 0 : 1 - weightOf(dead) / weightOf(used),
      onFallback: used.length > 0 && used.every((destination) => !places.has(nameOf(destination))),
      servers: used.map(nameOf),
      dead: dead.map(nameOf),
    };
  }

  private write(node: string, table: Table): void {
    this.tables.set(node, table);
    this.moves += 1;
  }

  private start(node: string, config: DirectorConfig): void {
    const here = this.running.get(node) ?? new Map<string, PlayedDirector>();
    this.running.set(node, here);
    if (here.has(config.path)) return;
    const { machines, reals } = this;
    const played = playDirector(config, {
      now: machines.now,
      after: (delay, run) => machines.after(delay, () => this.unlessStill(node, run)),
      table: { read: () => this.table(node), write: (table) => this.write(node, table) },
      check: (target, round) => reals.check(target, round, machines.reaches(node, target.real.address)),
      isInMaintenance: ({ real }) => reals.isInMaintenance(real),
      log: (text) => machines.log(node, `ldirectord: ${text}`),
    });
    here.set(config.path, played);
    // Whom the clients of a firewall mark reach.
    this.moves += 1;
  }

  private stop(node: string, path: string): void {
    const here = this.running.get(node);
    here?.get(path)?.stop();
    if (here?.delete(path) === true) this.moves += 1;
  }

  private unlessStill(node: string, run: () => void): void {
    if (!this.machines.isPaused(node)) run();
    else this.held.set(node, [...(this.held.get(node) ?? []), run]);
  }
}
