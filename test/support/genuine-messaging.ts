/** How a genuine node sends and receives: slowly, its own copy first, with acknowledgements and retransmission. */
import { answer, type History, remember } from '../../lib/heartbeat/cluster/history.js';
import type {
  ClusterEffect,
  ClusterEvent,
  ClusterSettings,
  ClusterView,
  JobScope,
} from '../../lib/heartbeat/cluster/interface.js';
import { draw } from '../../lib/heartbeat/cluster/random.js';
import { arrive, type Sequence, UNKNOWN } from '../../lib/heartbeat/cluster/sequence.js';
import { type Message, message, text } from '../../lib/heartbeat/wire/message.js';
import type { Host } from '../../lib/rehearsal/host.js';
import { type Millis, millis, type Now } from '../../lib/time.js';

/** Packets are read up to so much later. */
const SLOWNESS = 500;

/** A number in hexadecimal, 0 when it is none. */
export const hexOf = (value: string | undefined): number => Number.parseInt(value ?? '', 16) || 0;

export abstract class GenuineMessaging implements Host {
  protected now: Now;
  protected effects: ClusterEffect[] = [];
  protected readonly peer: string;
  protected jobs = new Map<number, () => void>();
  protected peerSequence: Sequence = UNKNOWN;
  protected peerStatusSeq = 0;
  private random: number;
  private readonly inbox: Message[] = [];
  private readonly timers = new Map<string, { at: number; run: () => void }>();
  private nextJob = 1;
  private seq = 0;
  private history: History = [];
  private peerGeneration: number | undefined;
  private peerAcked = 0;

  constructor(
    protected readonly settings: ClusterSettings,
    now: Now,
  ) {
    this.now = now;
    this.random = settings.seed;
    this.peer = settings.nodes.find((name) => name !== settings.self) ?? '';
  }

  abstract view(): ClusterView;
  protected abstract begin(): void;
  protected abstract stopOrdered(): void;
  /** A numbered message that is new and for us, or our own copy of one of ours. */
  protected abstract process(packet: Message, own: boolean): void;
  protected abstract afterReading(): void;
  protected abstract peerIsDead(): boolean;
  protected abstract peerRestarted(): void;
  /** A status of the same life came from a peer that was called dead. */
  protected abstract healed(): void;

  protected chance(): number {
    const { value, next } = draw(this.random);
    this.random = next;
    return value;
  }

  protected after(name: string, delay: number, run: () => void): void {
    this.timers.set(name, { at: this.now.mono + delay, run });
  }

  wakeAt(): Millis {
    let first = Number.MAX_SAFE_INTEGER;
    for (const { at } of this.timers.values()) first = Math.min(first, at);
    return millis(first);
  }

  step(event: ClusterEvent, now: Now): readonly ClusterEffect[] {
    this.now = now;
    this.effects = [];
    switch (event.type) {
      case 'start':
        this.begin();
        break;
      case 'packet':
        this.inbox.push(event.message);
        if (!this.timers.has('read')) this.after('read', 1 + this.chance() * SLOWNESS, () => this.read());
        break;
      case 'submit':
        this.send(event.message);
        break;
      case 'jobDone': {
        const done = this.jobs.get(event.job);
        this.jobs.delete(event.job);
        done?.();
        break;
      }
      case 'stop':
        this.stopOrdered();
        break;
      case 'wake':
      case 'stalled':
        break;
    }
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= now.mono).sort((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) return this.effects;
      this.timers.delete(due[0]);
      due[1].run();
    }
  }

  protected log(priority: 'info' | 'WARN' | 'ERROR' | 'CRIT', line: string): void {
    this.effects.push({ type: 'log', priority, text: line });
  }

  protected job(action: 'acquire' | 'release', what: JobScope | 'none', done: () => void): void {
    const scope = what === 'none' ? 'every' : what;
    const job = this.nextJob++;
    this.jobs.set(job, done);
    this.effects.push({ type: 'job', job, action, scope });
  }

  // --- sending (reference 4.2): own copy first

  protected send(content: Message | Readonly<Record<string, string>>): void {
    const bare =
      'fields' in content && Array.isArray(content.fields)
        ? (content as Message)
        : message(content as Record<string, string>);
    const numbered = !text(bare, 't')?.startsWith('NS_');
    if (numbered) this.seq += 1;
    const seq = this.seq;
    const complete: Message = {
      fields: [
        ...bare.fields,
        ...message({
          src: this.settings.self,
          ...(numbered ? { seq: seq.toString(16) } : {}),
          hg: this.settings.generation.toString(16),
          ts: Math.floor(this.now.wall / 1000).toString(16),
          ttl: '3',
        }).fields,
      ],
    };
    if (numbered) {
      this.history = remember(this.history, seq, complete);
      this.process(complete, true);
    }
    this.effects.push({ type: 'send', message: complete });
  }

  // --- receiving (reference 4.3); acks, requests

  private read(): void {
    const packets = this.inbox.splice(0);
    for (const packet of packets) this.receive(packet);
    this.afterReading();
  }

  private receive(packet: Message): void {
    const type = text(packet, 't') ?? '';
    if (text(packet, 'src') !== this.peer) return;
    const dest = text(packet, 'dest');
    const forUs = dest === undefined || dest === this.settings.self;
    if (type.startsWith('NS_')) {
      if (!forUs) return;
      if (type === 'NS_ackmsg') this.peerAcked = Math.max(this.peerAcked, hexOf(text(packet, 'ackseq')));
      if (type === 'NS_rexmit') this.resend(packet);
      if (type === 'NS_nak_rexmit') {
        const lost = hexOf(text(packet, 'firstseq'));
        this.peerSequence = {
          ...this.peerSequence,
          missing: this.peerSequence.missing.filter(({ seq }) => seq !== lost),
        };
      }
      return;
    }
    const seq = hexOf(text(packet, 'seq'));
    const generation = hexOf(text(packet, 'hg'));
    if (seq === 0 || (this.peerGeneration !== undefined && generation < this.peerGeneration)) return;
    if (type === 'status') {
      if (generation === this.peerGeneration && this.peerIsDead()) {
        if (seq <= this.peerStatusSeq) return;
        this.healed();
      }
      if (this.peerGeneration === undefined || generation > this.peerGeneration) {
        if (this.peerGeneration !== undefined) this.log('info', `Heartbeat restart on node ${this.peer}`);
        this.peerSequence = UNKNOWN;
        this.peerStatusSeq = 0;
        this.peerAcked = 0;
        this.peerRestarted();
      }
      this.peerGeneration = generation;
    }
    const { sequence, arrival } = arrive(this.peerSequence, seq, millis(this.now.mono + 50 + this.chance() * 200));
    this.peerSequence = sequence;
    if (arrival.kind === 'duplicate' || arrival.kind === 'old') return;
    if (sequence.missing.length === 0 && seq % 10 === 7) {
      this.send({ t: 'NS_ackmsg', dest: this.peer, ackseq: seq.toString(16) });
    }
    if (!forUs) return;
    // heartbeat reference 7.4: types the daemon does not know are for local clients.
    if (type === 'probe') this.effects.push({ type: 'deliver', message: packet });
    this.process(packet, false);
  }

  private resend(request: Message): void {
    const first = Number(text(request, 'firstseq'));
    const last = Number(text(request, 'lastseq'));
    const found = answer(this.history, first, last, this.peerAcked, this.now.mono);
    this.history = found.history;
    for (const old of found.resend) this.effects.push({ type: 'send', message: old });
    for (const nak of found.naks) {
      this.send({ t: 'NS_nak_rexmit', firstseq: nak.toString(16), dest: this.peer, info: 'seqno too low' });
    }
  }

  protected request(): void {
    if (this.peerIsDead()) return;
    for (const { seq, askAt } of this.peerSequence.missing) {
      if (askAt <= this.now.mono) {
        this.send({ t: 'NS_rexmit', dest: this.peer, firstseq: String(seq), lastseq: String(seq) });
      }
    }
  }
}
