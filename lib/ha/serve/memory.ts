/** What the status page knows: the last word of each daemon, which stays, marked as stale, when the daemon says nothing more. Pure. */
import type { HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import type { LiveStatus } from '../../ldirectord/live-status.js';
import { NOT_RUNNING } from '../status/look.js';
import { type Heard, type MachineStatus, machineStatus, NO_HEARTBEAT, STALE_AFTER } from '../status/status.js';

interface Kept<T> {
  readonly heard: Heard<T>;
  /** When asked last, it has not answered. */
  readonly silent: boolean;
}

export interface Memory {
  readonly heartbeat: Kept<HeartbeatSnapshot>;
  readonly directors: readonly { readonly name: string; readonly kept: Kept<LiveStatus> }[];
}

/** How late a link was heard at some instants: milliseconds since the last packet, oldest first. */
export type Lateness = ReadonlyMap<string, readonly number[]>;

/** One sample a second: the last minute. */
export const SAMPLES = 60;

const kept = <T>(before: Kept<T> | undefined, now: Heard<T>): Kept<T> => {
  if (now.snapshot !== null) return { heard: now, silent: false };
  return before !== undefined && before.heard.snapshot !== null
    ? { heard: before.heard, silent: true }
    : { heard: now, silent: true };
};

/**
 * After one look.
 *
 * @param left the ldirectords whose socket is there, answered or not: one that is not among them has ended in good order
 */
export const remember = (before: Memory | undefined, now: MachineStatus, left: readonly string[]): Memory => {
  const directorBefore = (name: string): Kept<LiveStatus> | undefined =>
    before?.directors.find((one) => one.name === name)?.kept;
  const hasEnded = 'problem' in now.heartbeat && [NOT_RUNNING, NO_HEARTBEAT].includes(now.heartbeat.problem);
  const answered = now.directors.map(({ name, heard }) => ({ name, kept: kept(directorBefore(name), heard) }));
  const killed = (before?.directors ?? [])
    .filter(({ name }) => left.includes(name) && !now.directors.some((one) => one.name === name))
    .map((one) => ({ ...one, kept: { ...one.kept, silent: true } }));
  return {
    heartbeat: hasEnded ? { heard: now.heartbeat, silent: true } : kept(before?.heartbeat, now.heartbeat),
    directors: [...answered, ...killed].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
};

const aged = <T>({ heard, silent }: Kept<T>, at: number, written: (snapshot: T) => number): Heard<T> => {
  if (heard.snapshot === null) return heard;
  const age = Math.max(0, at - written(heard.snapshot));
  return { snapshot: heard.snapshot, age, stale: silent || age > STALE_AFTER };
};

/** What it comes to at an instant (wall-clock milliseconds): with the ages that everything has then. */
export const statusAt = ({ heartbeat, directors }: Memory, at: number): MachineStatus =>
  machineStatus(
    at,
    aged(heartbeat, at, ({ written }) => written),
    directors.map((one) => ({ name: one.name, heard: aged(one.kept, at, ({ written }) => Date.parse(written)) })),
  );

/** The key of a link in `Lateness`. */
export const linkKey = (node: string, link: string): string => `${node}:${link}`;

/** With one more sample of every link that the snapshot has; a link that is gone is forgotten. */
export const sampled = (lateness: Lateness, { cluster }: HeartbeatSnapshot): Lateness =>
  new Map(
    (cluster?.nodes ?? []).flatMap((node) =>
      node.links.flatMap(({ name, heardAge }) => {
        const key = linkKey(node.name, name);
        const before = lateness.get(key) ?? [];
        return heardAge === null ? [] : [[key, [...before, heardAge].slice(-SAMPLES)] as const];
      }),
    ),
  );
