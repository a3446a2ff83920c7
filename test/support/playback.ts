/** Plays the recorded packets of one genuine node to our machine in the place of the other, on a virtual clock. */
import { readFileSync } from 'node:fs';
import type { ClusterEffect, ClusterEvent, ClusterSettings } from '../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../lib/heartbeat/cluster/machine.js';
import { bytes, type Message, message, text } from '../../lib/heartbeat/wire/message.js';
import { decodePacket } from '../../lib/heartbeat/wire/packet.js';
import { millis, type Now } from '../../lib/time.js';
import { keysOf } from './heartbeat-fixtures.js';
import { fixture } from './paths.js';
import { readPcap } from './pcap.js';

export interface Recorded {
  /** Milliseconds since the first packet of the capture. */
  readonly at: number;
  readonly message: Message;
}

/** The messages of one node in one capture. */
export const recordedFrom = (recording: string, file: string, node: string): readonly Recorded[] => {
  const keys = keysOf(recording);
  const packets = readPcap(fixture('heartbeat', recording, file));
  const start = packets[0]?.time ?? 0;
  return packets.flatMap((packet) => {
    const decoded = decodePacket(packet.payload, keys);
    if (!decoded.ok) throw new Error(`${recording}/${file}: ${decoded.reason}`);
    return text(decoded.message, 'src') === node
      ? [{ at: (packet.time - start) * 1000, message: decoded.message }]
      : [];
  });
};

/** The uuid of a recorded node: whoever takes its place is addressed by it. */
export const uuidOf = (recording: string, file: string, node: string): Uint8Array => {
  const uuid = recordedFrom(recording, file, node)
    .map((one) => bytes(one.message, 'srcuuid'))
    .find((found) => found !== undefined);
  if (uuid === undefined) throw new Error(`${recording}/${file}: no uuid of ${node}`);
  return uuid;
};

/** What the genuine node logged between two marks of the test driver, without time and host. */
export const loggedBetween = (recording: string, node: string, from: string, to: string): readonly string[] => {
  const lines = readFileSync(fixture('heartbeat', recording, `${node}.ha-log`), 'latin1').split('\n');
  const start = lines.findIndex((line) => line.startsWith('### ') && line.includes(from));
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('### ') && line.includes(to));
  return rest
    .slice(0, end === -1 ? undefined : end)
    .filter((line) => line.includes(' heartbeat: ['))
    .map((line) => line.replace(/^.* heartbeat: \[\d+\]: /, ''));
};

const CONTROL = ['src', 'hg', 'ts', 'ld', 'ttl', 'seq', 'auth'];

/** A message as the reference writes it: type and own fields. */
export const summary = (sent: Message): string =>
  [
    text(sent, 't') ?? '',
    ...sent.fields.flatMap((one) =>
      one.type === 'string' && one.name !== 't' && !CONTROL.includes(one.name) ? [`${one.name}=${one.value}`] : [],
    ),
  ].join(' ');

export class Playback {
  now = 0;
  readonly effects: { readonly at: number; readonly effect: ClusterEffect }[] = [];
  private state;
  private readonly open: { readonly job: number; readonly at: number }[] = [];

  constructor(settings: Partial<ClusterSettings> & Pick<ClusterSettings, 'self' | 'uuid'>) {
    const complete: ClusterSettings = {
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
      generation: 0x6b012800,
      hasLocalGroups: true,
      hasForeignGroups: true,
      localKeys: [settings.self === 'lb1' ? '10.0.0.100/24/eth0' : '10.0.0.101/24/eth0'],
      foreignKeys: [settings.self === 'lb1' ? '10.0.0.101/24/eth0' : '10.0.0.100/24/eth0'],
      pid: 13,
      seed: 1,
      ...settings,
    };
    this.state = clusterMachine.create(complete, this.instant());
    this.step({ type: 'start', loadAverage: '0.20 0.26 0.17 1/184 18' });
  }

  private instant(): Now {
    return { mono: millis(this.now), wall: millis(1_795_237_964_000 + this.now) };
  }

  private step(event: ClusterEvent): void {
    const result = clusterMachine.step(this.state, event, this.instant());
    this.state = result.state;
    for (const effect of result.effects) {
      this.effects.push({ at: this.now, effect });
      if (effect.type === 'job') this.open.push({ job: effect.job, at: this.now + 40 });
    }
  }

  /** Lets time pass; jobs take 40 ms. */
  pass(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      const wake = clusterMachine.wakeAt(this.state);
      const job = this.open[0];
      const next = Math.min(wake, job?.at ?? Number.POSITIVE_INFINITY);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (job !== undefined && job.at <= this.now) {
        this.open.shift();
        this.step({ type: 'jobDone', job: job.job, outcome: 'done' });
      } else {
        this.step({ type: 'wake', loadAverage: '0.20 0.26 0.17 1/184 18' });
      }
    }
    this.now = end;
  }

  /** Plays packets from now on; `until` ends early. */
  play(packets: readonly Recorded[], until = Number.POSITIVE_INFINITY): void {
    const start = this.now;
    for (const packet of packets) {
      if (packet.at > until) break;
      this.pass(Math.max(0, start + packet.at - this.now));
      this.step({ type: 'packet', message: packet.message, link: 'eth0' });
    }
  }

  submit(fields: Readonly<Record<string, string>>): void {
    this.step({ type: 'submit', message: message(fields) });
  }

  stop(): void {
    this.step({ type: 'stop' });
  }

  view() {
    return clusterMachine.view(this.state);
  }

  /** What was sent since an instant, without heartbeats, acknowledgements and requests. */
  sent(since = 0): readonly string[] {
    return this.effects.flatMap(({ at, effect }) => {
      if (at < since || effect.type !== 'send') return [];
      const type = text(effect.message, 't');
      return type === 'status' || type?.startsWith('NS_') ? [] : [summary(effect.message)];
    });
  }

  /** What was logged since an instant. */
  logged(since = 0): readonly string[] {
    return this.effects.flatMap(({ at, effect }) =>
      at >= since && effect.type === 'log' ? [`${effect.priority}: ${effect.text}`] : [],
    );
  }

  /** The jobs since an instant, as `acquire local`. */
  jobs(since = 0): readonly string[] {
    return this.effects.flatMap(({ at, effect }) =>
      at >= since && effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : [],
    );
  }
}
