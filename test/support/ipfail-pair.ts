/** Two ipfail machines, a cluster of two that holds resources, and messages that take their time, on virtual time. */
import type { ClusterView } from '../../lib/heartbeat/cluster/interface.js';
import { initialIpfail, ipfailWakeAt, stepIpfail } from '../../lib/heartbeat/ipfail/machine.js';
import type { IpfailState, Situation } from '../../lib/heartbeat/ipfail/state.js';
import { type Message, message, text, withField } from '../../lib/heartbeat/wire/message.js';
import { type Millis, millis } from '../../lib/time.js';

export type Side = 'lb1' | 'lb2';
type Held = Exclude<ClusterView['resources'], 'transition'>;

const OTHER: Readonly<Record<Side, Side>> = { lb1: 'lb2', lb2: 'lb1' };
const STANDBY = 700;

interface Delivery {
  readonly at: number;
  readonly order: number;
  readonly to: Side;
  readonly message: Message;
}

export interface PairOptions {
  readonly autoFailback: boolean;
  /** How long a message between the nodes takes; messages of one sender stay in order. */
  readonly delay: () => number;
  /** Standby requests that the daemons refuse, by their count from 1. */
  readonly refused?: (request: number) => boolean;
}

export class IpfailPair {
  readonly log: Record<Side, string[]> = { lb1: [], lb2: [] };
  readonly sent: string[] = [];
  held: Record<Side, Held> = { lb1: 'local', lb2: 'local' };
  private now = 0;
  private order = 0;
  private requests = 0;
  private movingUntil: number | undefined;
  private moving: (() => void) | undefined;
  private deliveries: Delivery[] = [];
  private readonly lastArrival: Record<Side, number> = { lb1: 0, lb2: 0 };
  private readonly pings: Record<Side, Set<string>> = { lb1: new Set(), lb2: new Set() };
  private readonly states: Record<Side, IpfailState>;

  constructor(private readonly options: PairOptions) {
    const of = (self: Side): IpfailState =>
      initialIpfail({
        self,
        other: OTHER[self],
        autoFailback: options.autoFailback,
        keepalive: millis(1000),
      });
    this.states = { lb1: of('lb1'), lb2: of('lb2') };
  }

  count(side: Side): number {
    return this.pings[side].size;
  }

  /** A ping node of one side begins or ceases to answer; its daemon tells ipfail as a genuine one does. False: no change. */
  ping(side: Side, name: string, answers: boolean): boolean {
    if (this.pings[side].has(name) === answers) return false;
    if (answers) this.pings[side].add(name);
    else this.pings[side].delete(name);
    const st = answers ? 'ping' : 'dead';
    const status = message({ t: answers ? 'NS_st' : 'status', st, src: name });
    const link = message({ t: 'ifstat', node: name, ifname: name, st: answers ? 'up' : 'dead' });
    for (const one of answers ? [link, status] : [status, link]) this.tell(side, one);
    return true;
  }

  /** The ipfail of the other node has signed on. */
  join(side: Side): void {
    this.tell(side, message({ t: 'hbapi-clstat', st: 'join', from_id: 'ipfail', src: OTHER[side] }));
  }

  /** Lets time pass and everything happen that is due. */
  pass(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      const next = Math.min(
        ...this.deliveries.map(({ at }) => at),
        ...(['lb1', 'lb2'] as const).map((side) => ipfailWakeAt(this.states[side]) ?? Number.POSITIVE_INFINITY),
        this.movingUntil ?? Number.POSITIVE_INFINITY,
      );
      if (next > end) break;
      this.now = Math.max(this.now, next);
      this.runDue();
    }
    this.now = end;
  }

  private runDue(): void {
    if (this.movingUntil !== undefined && this.now >= this.movingUntil) this.settle();
    const due = this.deliveries.filter(({ at }) => at <= this.now).sort((a, b) => a.at - b.at || a.order - b.order);
    this.deliveries = this.deliveries.filter(({ at }) => at > this.now);
    for (const { to, message: sent } of due) this.tell(to, sent);
    for (const side of ['lb1', 'lb2'] as const) {
      const at = ipfailWakeAt(this.states[side]);
      if (at !== undefined && at <= this.now) this.step(side, { type: 'wake' });
    }
  }

  private settle(): void {
    this.movingUntil = undefined;
    this.moving?.();
    for (const side of ['lb1', 'lb2'] as const) {
      const report = { t: 'resource', rsc_hold: this.held[side], rtype: 'full', isstable: '1', src: side };
      this.post(OTHER[side], message(report));
    }
  }

  private situation(side: Side): Situation {
    return {
      pingNodes: [...this.pings[side]],
      resources: this.movingUntil === undefined ? this.held[side] : 'transition',
    };
  }

  private tell(side: Side, sent: Message): void {
    this.step(side, { type: 'message', message: sent });
  }

  private step(side: Side, event: Parameters<typeof stepIpfail>[1]): void {
    const { state, effects } = stepIpfail(this.states[side], event, this.situation(side), this.now as Millis);
    this.states[side] = state;
    for (const effect of effects) {
      if (effect.type === 'log') this.log[side].push(`${effect.priority}: ${effect.text}`);
      else this.perform(side, effect.message);
    }
  }

  private perform(side: Side, sent: Message): void {
    const type = text(sent, 't') ?? '';
    this.sent.push(`${side} ${type}${type === 'ask_resources' ? ` ${text(sent, 'rsc_hold')}` : ''}`);
    if (type === 'ask_resources') this.standby(side, text(sent, 'rsc_hold') ?? '');
    // The daemon puts the sender into every message.
    else this.post(OTHER[side], withField(sent, { type: 'string', name: 'src', value: side }));
  }

  private post(to: Side, sent: Message): void {
    const at = Math.max(this.lastArrival[to], this.now + this.options.delay());
    this.lastArrival[to] = at;
    this.order += 1;
    this.deliveries.push({ at, order: this.order, to, message: sent });
  }

  /** heartbeat reference 6.5, as far as its outcome goes. */
  private standby(side: Side, what: string): void {
    this.requests += 1;
    if (this.movingUntil !== undefined || this.options.refused?.(this.requests) === true) return;
    this.movingUntil = this.now + STANDBY;
    const other = OTHER[side];
    this.moving = () => {
      if (what === 'all') this.held = { ...this.held, [side]: 'none', [other]: 'all' };
      else if (this.held[side] === 'all') this.held = { ...this.held, [side]: 'local', [other]: 'local' };
      else if (this.held[side] === 'foreign') this.held = { ...this.held, [side]: 'none', [other]: 'all' };
    };
  }
}
