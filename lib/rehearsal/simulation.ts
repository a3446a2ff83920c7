/**
 * A cluster on a virtual clock, for tests and for `ha rehearse`: machines, a network that delays, loses, doubles and
 * reorders, and groups whose start and stop take time.
 *
 * Everything is decided by one seed, so that a failing run can be repeated.
 */
import { plus } from '../heartbeat/cluster/holdings.js';
import type {
  ClusterEffect,
  ClusterEvent,
  ClusterSettings,
  ClusterView,
  Holding,
  JobScope,
  PeerSeen,
} from '../heartbeat/cluster/interface.js';
import { draw } from '../heartbeat/cluster/random.js';
import type { Health } from '../heartbeat/monitor/interface.js';
import { groupsOfConcern, inScope, isLocal } from '../heartbeat/resources/scope.js';
import { type Message, message } from '../heartbeat/wire/message.js';
import { millis, type Now } from '../time.js';
import { FencingDevice } from './fencing-device.js';
import { type Host, ourHost } from './host.js';
import { Plan } from './plan.js';
import { type Network, Wires } from './wires.js';
import { type Job, type Surroundings, Workload } from './workload.js';
import type { Course, LogLine, SimulatedGroup, SimulationOptions, Traffic } from './world.js';

interface Machine {
  readonly name: string;
  host: Host | undefined;
  generation: number;
  paused: boolean;
  /** How far somebody has set its wall clock off. */
  wallStep: number;
  /** What its daemon asked to keep for its next life. */
  memory: readonly PeerSeen[];
  /** Packets that wait in the sockets while the process does not run. */
  backlog: ClusterEvent[];
  /** What runs here. */
  readonly load: Workload;
  /** The last wake in the plan, so that it is not put there twice. */
  wakePlanned: number | undefined;
  readonly device: FencingDevice | undefined;
  /** Jobs and packets of a former life are void. */
  life: number;
}

const UUID_LENGTH = 16;
/** From a reset until the daemon starts. */
const BOOT_TIME = 20_000;

export class Simulation {
  readonly log: LogLine[] = [];
  readonly traffic: Traffic[] = [];
  readonly effects: { readonly at: number; readonly node: string; readonly effect: ClusterEffect }[] = [];
  readonly resets: { readonly at: number; readonly node: string }[] = [];
  now = 0;
  /** Counts up whenever `servers` may answer something else. */
  moves = 0;
  /** When somebody last could not hear somebody else, or slept. */
  lastTrouble = 0;
  private random: number;
  private readonly plan = new Plan();
  private readonly machines = new Map<string, Machine>();
  private readonly wires: Wires;
  private readonly groupsOfAll: readonly SimulatedGroup[];
  private readonly nodes: readonly string[];
  private readonly links: readonly string[];

  constructor(private readonly options: SimulationOptions) {
    this.random = options.seed >>> 0;
    this.nodes = options.nodes ?? ['lb1', 'lb2'];
    this.links = options.links ?? ['eth0'];
    this.groupsOfAll = options.groups ?? this.nodes.map((node) => ({ id: node, node, key: `group-${node}` }));
    this.wires = new Wires(this.links, () => this.chance());
    this.wires.weather(options.network ?? {});
    for (const name of this.nodes) {
      this.machines.set(name, {
        name,
        host: undefined,
        generation: 100,
        paused: false,
        wallStep: 0,
        memory: [],
        backlog: [],
        load: new Workload(this.surroundings(name)),
        life: 0,
        wakePlanned: undefined,
        device: this.device(name),
      });
    }
  }

  private surroundings(name: string): Surroundings {
    return {
      after: (delay, run) => this.after(delay, run),
      isPaused: () => this.machine(name).paused,
      courseOf: (job) => this.courseOf(job, name),
      failed: (groups) => ({ outcome: 'failed', failed: this.holding(name, groups) }),
      say: (text) => this.log.push({ at: this.now, node: name, text }),
      moved: () => {
        this.moves += 1;
      },
      program: (program, runs) => this.options.onlooker?.program(name, program, runs),
      done: (job, result) => this.feed(this.machine(name), { type: 'jobDone', job, ...result }),
    };
  }

  private device(name: string): FencingDevice | undefined {
    const { fencing } = this.options;
    if (fencing === undefined) return undefined;
    return new FencingDevice(fencing, {
      after: (delay, run) => this.after(delay, run),
      reset: (node) => this.reset(node),
      fenced: (node) => this.feed(this.machine(name), { type: 'fenced', node }),
    });
  }

  private chance(): number {
    const { value, next } = draw(this.random);
    this.random = next;
    return value;
  }

  private machine(name: string): Machine {
    const found = this.machines.get(name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  /** Lets something happen after so many milliseconds. */
  after(delay: number, run: () => void): void {
    this.plan.add(this.now + delay, run);
  }

  private instant(machine: Machine): Now {
    return { mono: millis(this.now), wall: millis(1_800_000_000_000 + this.now + machine.wallStep) };
  }

  /** Starts the daemon on a node. */
  start(name: string): void {
    const machine = this.machine(name);
    if (machine.host !== undefined) return;
    // What a former life left running has to be stopped first: that takes its time.
    if (machine.load.running.size > 0) this.lastTrouble = this.now;
    machine.generation += 1;
    machine.life += 1;
    machine.paused = false;
    machine.backlog = [];
    machine.wakePlanned = undefined;
    this.options.onlooker?.booted(name);
    const make = this.options.hosts?.[name] ?? ourHost;
    machine.host = make(this.settings(name, machine.generation), this.instant(machine));
    this.feed(machine, { type: 'start', loadAverage: '0.00 0.00 0.00 1/1 1' });
  }

  private settings(self: string, generation: number): ClusterSettings {
    return {
      self,
      nodes: this.nodes,
      pingNodes: [],
      links: this.links,
      keepalive: millis(500),
      deadtime: millis(3000),
      warntime: millis(1500),
      initdead: millis(10_000),
      deadping: millis(3000),
      autoFailback: 'on',
      hopfudge: 1,
      maxRexmitDelay: millis(250),
      uuid: new Uint8Array(UUID_LENGTH).fill(this.nodes.indexOf(self) + 1),
      generation,
      hasLocalGroups: true,
      hasForeignGroups: true,
      localKeys: [`group-${self}`],
      foreignKeys: this.nodes.filter((node) => node !== self).map((node) => `group-${node}`),
      seed: Math.floor(this.chance() * 2 ** 32),
      peersSeen: this.machine(self).memory,
      mayHaveLeftovers: this.machine(self).load.running.size > 0,
      fences: this.options.fencing !== undefined,
      ...this.settingsFor(self),
    };
  }

  private settingsFor(self: string): Partial<ClusterSettings> {
    const { settings } = this.options;
    return typeof settings === 'function' ? settings(self) : (settings ?? {});
  }

  /** The machine loses power: its addresses are gone with it. */
  crash(name: string): void {
    this.goDark(this.machine(name));
  }

  private goDark(machine: Machine): void {
    machine.load.goDark();
    this.options.onlooker?.dark(machine.name);
    this.end(machine);
  }

  /** The daemon is killed: whatever runs goes on running, and nobody stops it. */
  kill(name: string): void {
    const machine = this.machine(name);
    machine.host = undefined;
    machine.life += 1;
    machine.device?.cancel();
    machine.load.abandon();
  }

  private end(machine: Machine): void {
    machine.host = undefined;
    machine.life += 1;
    machine.device?.cancel();
    machine.load.end();
  }

  /** The daemon and its jobs stand still, the addresses stay. */
  pause(name: string): void {
    this.machine(name).paused = true;
  }

  resume(name: string): void {
    const machine = this.machine(name);
    if (!machine.paused) return;
    machine.paused = false;
    this.lastTrouble = this.now;
    const { backlog } = machine;
    machine.backlog = [];
    // The timers of an event loop run before its sockets are read.
    if (machine.host !== undefined && machine.host.wakeAt() <= this.now) this.feed(machine, WAKE);
    for (const event of backlog) this.feed(machine, event);
  }

  /** The generation file of a node is lost, or its disk set back: the next start counts on from here. */
  setGeneration(name: string, generation: number): void {
    this.machine(name).generation = generation;
  }

  /** Somebody sets the wall clock of a node. */
  stepClock(name: string, by: number): void {
    this.machine(name).wallStep += by;
  }

  /** Cuts one link between two nodes, in one direction or in both. */
  partition(from: string, to: string, link: string | undefined = undefined, both = true): void {
    this.wires.partition(from, to, link, both);
  }

  heal(): void {
    if (!this.wires.isWhole) this.lastTrouble = this.now;
    this.wires.heal();
  }

  /** Packets that are sent from now on fare like this. */
  weather(network: Partial<Network>): void {
    this.wires.weather(network);
  }

  stop(name: string): void {
    this.event(name, { type: 'stop' });
  }

  /** The monitors of a node come to a conclusion; `settings.holddown` says that it has some. */
  health(name: string, health: Health): void {
    this.event(name, { type: 'health', health, failing: health === 'bad' ? ['web'] : [] });
  }

  /** As hb_standby and hb_takeover write it to the FIFO. */
  submit(name: string, fields: Readonly<Record<string, string>>): void {
    this.event(name, { type: 'submit', message: message(fields) });
  }

  /** The same for a message of any sort of fields. */
  submitMessage(name: string, submitted: Message): void {
    this.event(name, { type: 'submit', message: submitted });
  }

  private event(name: string, event: ClusterEvent): void {
    this.feed(this.machine(name), event);
  }

  private feed(machine: Machine, event: ClusterEvent): void {
    if (machine.host === undefined) return;
    if (machine.paused) {
      if (event.type !== 'wake') machine.backlog.push(event);
      return;
    }
    for (const effect of machine.host.step(event, this.instant(machine))) this.perform(machine, effect);
    this.planWake(machine);
  }

  private planWake(machine: Machine): void {
    const { host, life } = machine;
    if (host === undefined) return;
    const wake = host.wakeAt();
    if (wake - this.now > 1e9 || machine.wakePlanned === wake) return;
    machine.wakePlanned = wake;
    this.after(Math.max(0, wake - this.now), () => {
      if (machine.life !== life) return;
      if (machine.wakePlanned === wake) machine.wakePlanned = undefined;
      if (host.wakeAt() === wake) this.feed(machine, WAKE);
    });
  }

  private perform(machine: Machine, effect: ClusterEffect): void {
    const records = this.options.records !== false;
    if (records) this.effects.push({ at: this.now, node: machine.name, effect });
    switch (effect.type) {
      case 'send':
        if (records) this.traffic.push({ at: this.now, node: machine.name, message: effect.message });
        this.transmit(machine, effect.message);
        return;
      case 'log':
        this.log.push({ at: this.now, node: machine.name, text: `${effect.priority}: ${effect.text}` });
        return;
      case 'job':
        machine.load.order({
          job: effect.job,
          action: effect.action,
          groups: this.groups(machine.name, effect.scope, effect.group),
        });
        return;
      case 'fence':
        if (effect.wanted) machine.device?.order(effect.node);
        else machine.device?.cancel();
        return;
      case 'remember':
        machine.memory = effect.peers;
        return;
      case 'exit':
        this.end(machine);
        // reference 6.7: a restart sleeps for deadtime and one second.
        if (effect.restart) this.after(4000, () => this.start(machine.name));
        return;
      default:
        return;
    }
  }

  private groups(self: string, scope: JobScope, key: string | undefined): readonly string[] {
    const found =
      key === undefined
        ? inScope(groupsOfConcern(this.groupsOfAll, this.nodes, self), self, scope)
        : this.groupsOfAll.filter((group) => group.key === key);
    return found.map(({ id }) => id);
  }

  /** Power off and on: the machine boots and starts its daemon. */
  private reset(name: string): void {
    const machine = this.machine(name);
    this.resets.push({ at: this.now, node: name });
    this.goDark(machine);
    const { life } = machine;
    this.after(BOOT_TIME, () => {
      if (machine.life === life) this.start(name);
    });
  }

  /** Whose groups these are, seen from a node. */
  private holding(self: string, groups: ReadonlySet<string>): Holding {
    return this.groupsOfAll
      .filter(({ id }) => groups.has(id))
      .reduce<Holding>((sum, group) => plus(sum, isLocal(group, self) ? 'local' : 'foreign'), 'none');
  }

  private courseOf({ action, groups }: Job, node: string): Course {
    const { course, jobTime = 50 } = this.options;
    if (course !== undefined) return course(action, groups, node);
    const total = 1 + this.chance() * jobTime;
    return { total, addresses: new Map(groups.map((group) => [group, action === 'acquire' ? total : 0])) };
  }

  private transmit(from: Machine, sent: Message): void {
    for (const to of this.machines.values()) {
      if (to === from) continue;
      for (const link of this.links) {
        for (const delay of this.wires.arrivals()) {
          this.after(delay, () => {
            if (this.wires.carries(from.name, to.name, link)) this.feed(to, { type: 'packet', message: sent, link });
          });
        }
      }
    }
  }

  /** Lets virtual time pass. `check` is called after every event. */
  run(duration: number, check: () => void = () => undefined): void {
    const end = this.now + duration;
    for (let next = this.plan.takeUntil(end); next !== undefined; next = this.plan.takeUntil(end)) {
      this.now = Math.max(this.now, next.at);
      next.run();
      if (!this.wires.isWhole || this.isAnyPaused()) this.lastTrouble = this.now;
      check();
    }
    this.now = end;
  }

  private isAnyPaused(): boolean {
    for (const machine of this.machines.values()) if (machine.paused) return true;
    return false;
  }

  /** A packet that somebody sends to a node in the name of another. */
  inject(to: string, sent: Message, link: string): void {
    this.event(to, { type: 'packet', message: sent, link });
  }

  view(name: string): ClusterView | undefined {
    return this.machine(name).host?.view();
  }

  isRunning(name: string): boolean {
    return this.machine(name).host !== undefined;
  }

  /** The nodes on which the group of `owner` runs; what a killed daemon left behind does not count before it is back. */
  owners(owner: string): readonly string[] {
    return [...this.machines.values()]
      .filter((machine) => machine.host !== undefined && machine.load.running.has(owner))
      .map((machine) => machine.name);
  }

  /** The same, with what a killed daemon left behind. */
  everywhere(owner: string): readonly string[] {
    return [...this.machines.values()].filter(({ load }) => load.running.has(owner)).map(({ name }) => name);
  }

  /** The nodes on which the addresses of a group answer, a killed daemon's too; whether anybody reaches them is another question. */
  servers(group: string): readonly string[] {
    return [...this.machines.values()].filter(({ load }) => load.serving.has(group)).map(({ name }) => name);
  }

  isPaused(name: string): boolean {
    return this.machine(name).paused;
  }

  /** What was logged on a node, in order. */
  lines(name: string): readonly string[] {
    return this.log.filter((line) => line.node === name).map((line) => line.text);
  }
}

const WAKE: ClusterEvent = { type: 'wake', loadAverage: '0.00 0.00 0.00 1/1 1' };
