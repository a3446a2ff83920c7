/** One machine alone on a virtual clock, with a scripted peer: for tests that look at single messages. */
import type { ClusterEffect, ClusterEvent, ClusterSettings } from '../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../lib/heartbeat/cluster/machine.js';
import type { ClusterState } from '../../lib/heartbeat/cluster/state.js';
import { type Message, message, text } from '../../lib/heartbeat/wire/message.js';
import { millis } from '../../lib/time.js';
import { summary } from './playback.js';

export const UUID = new Uint8Array(16).fill(1);

/** What goes to and fro all the time. */
const QUIET: readonly string[] = ['status', 'query-cstatus'];

export class BenchNode {
  mono = 1000;
  state: ClusterState;
  private effects: ClusterEffect[] = [];
  private peerSeq = 0;
  /** Whether lb2 answers when it is asked for a proof that it lives. */
  lives = true;
  /** Fields that make the peer one of our own kind. */
  kin: Readonly<Record<string, string>> = {};

  constructor(settings: Partial<ClusterSettings> = {}) {
    this.state = clusterMachine.create(
      {
        self: 'lb1',
        nodes: ['lb1', 'lb2'],
        pingNodes: [],
        links: ['eth0'],
        keepalive: millis(1000),
        deadtime: millis(5000),
        warntime: millis(3000),
        initdead: millis(10_000),
        deadping: millis(5000),
        autoFailback: 'on',
        hopfudge: 1,
        maxRexmitDelay: millis(250),
        uuid: UUID,
        generation: 7,
        hasLocalGroups: true,
        hasForeignGroups: true,
        seed: 1,
        ...settings,
      },
      this.now(),
    );
    this.step({ type: 'start', loadAverage: '0.92 0.59 0.31 1/305 392' });
  }

  private now() {
    return { mono: millis(this.mono), wall: millis(0x6b0128c8 * 1000 + this.mono) };
  }

  step(event: ClusterEvent): void {
    const result = clusterMachine.step(this.state, event, this.now());
    this.state = result.state;
    this.effects.push(...result.effects);
    if (this.lives) for (const effect of result.effects) this.answer(effect);
  }

  /** lb2 proves that it lives when it is asked to, as every daemon does. */
  private answer(effect: ClusterEffect): void {
    if (effect.type !== 'send' || text(effect.message, 't') !== 'query-cstatus') return;
    const cn = text(effect.message, 'cn') ?? '';
    this.hear({ t: 'respond-cstatus', dest: 'lb1', result: 'OK', cn, to_id: cn, cs: 'offline' });
  }

  /** The `ts` of this instant, as our own messages carry it. */
  ts(): string {
    return Math.floor(this.now().wall / 1000).toString(16);
  }

  /** A numbered message of lb2, with everything a genuine receiver needs. */
  hear(fields: Readonly<Record<string, string>>, link = 'eth0'): void {
    this.peerSeq = fields.seq === undefined ? this.peerSeq + 1 : Number.parseInt(fields.seq, 16);
    this.step({
      type: 'packet',
      message: message({ src: 'lb2', seq: this.peerSeq.toString(16), hg: '5', ts: this.ts(), ...fields }),
      link,
    });
  }

  /** A heartbeat of lb2. */
  beat(st = 'active', fields: Readonly<Record<string, string>> = {}): void {
    this.hear({ t: 'status', st, dt: '1388', protocol: '1', ...this.kin, ...fields });
  }

  /** A packet exactly as given. */
  packet(packet: Message, link = 'eth0'): void {
    this.step({ type: 'packet', message: packet, link });
  }

  /** Lets time pass on time; `beating` keeps lb2 alive. */
  pass(duration: number, beating = true): void {
    const end = this.mono + duration;
    let beatAt = this.mono + 1000;
    for (;;) {
      const wake = clusterMachine.wakeAt(this.state);
      const next = beating ? Math.min(wake, beatAt) : wake;
      if (next > end) break;
      this.mono = next;
      if (beating && next === beatAt) {
        beatAt += 1000;
        this.beat();
      } else this.step({ type: 'wake', loadAverage: 'n/a' });
    }
    this.mono = end;
  }

  /** Communication up beside an lb2 that is stable and holds `hold`. */
  join(hold = 'local'): void {
    this.beat('up');
    this.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
    this.beat('active');
    this.hear({ t: 'resource', rsc_hold: hold, rtype: 'full', isstable: '1' });
    this.finish();
    this.drain();
  }

  /** Ends every job that was asked for since the last drain. */
  finish(outcome: 'done' | 'failed' = 'done'): void {
    for (const { job } of [...this.state.jobs]) this.step({ type: 'jobDone', job, outcome });
  }

  /** What happened since the last drain. */
  drain(): readonly ClusterEffect[] {
    const { effects } = this;
    this.effects = [];
    return effects;
  }

  /** Messages since the last drain; heartbeats only when asked for. */
  sent(heartbeats = false): readonly string[] {
    return this.drain().flatMap((effect) =>
      effect.type === 'send' && (heartbeats || !QUIET.includes(text(effect.message, 't') ?? ''))
        ? [summary(effect.message)]
        : [],
    );
  }

  /** Log lines since the last drain. */
  logged(): readonly string[] {
    return this.drain().flatMap((effect) => (effect.type === 'log' ? [`${effect.priority}: ${effect.text}`] : []));
  }

  view() {
    return clusterMachine.view(this.state);
  }
}
