/**
 * What has happened, as one typed stream: `ha events`, the timeline and everything else that tells of the past is a
 * rendering of these. Lines of the log stay as genuine words them; an event says the same for programs.
 */
import type { Millis } from '../time.js';

/** Raised when a field changes its meaning or goes away; new fields and new types may come at any time. */
export const EVENT_VERSION = 1;

export type Program = 'heartbeat' | 'ldirectord' | 'ldirectord-shadow';

/** Why, and what decided it. */
export interface Reason {
  /** In words: `nothing heard for 1023 ms`. */
  readonly cause?: string;
  /** The place of the line that decided it: `/etc/ha.d/ha.cf:3 (deadtime)`. */
  readonly decidedBy?: string;
}

export type Happening = Reason &
  (
    | { readonly type: 'daemon'; readonly change: 'started' | 'stopping' | 'reloading' | 'stopped' }
    /** A node, ourselves included, has another status (heartbeat reference 4.1). */
    | { readonly type: 'node'; readonly name: string; readonly from: string; readonly to: string }
    /** A link to a node. */
    | {
        readonly type: 'link';
        readonly name: string;
        readonly link: string;
        readonly from: string;
        readonly to: string;
      }
    /** What a node holds, as we know it, seen from that node. */
    | { readonly type: 'holding'; readonly name: string; readonly from: string; readonly to: string }
    /** A hand-over is asked for, goes on or is over. */
    | { readonly type: 'standby'; readonly from: string; readonly to: string }
    /** Our own event loop was late by so many milliseconds. */
    | { readonly type: 'late'; readonly duration: number }
    /** What the monitors of this node say. */
    | { readonly type: 'health'; readonly from: string; readonly to: string; readonly failing: readonly string[] }
    /** Groups are being started or stopped; `ended` with the milliseconds that it took. */
    | {
        readonly type: 'job';
        readonly step: 'begun' | 'ended';
        readonly job: number;
        readonly scope: string;
        readonly outcome?: string;
        readonly duration?: number;
      }
    /** One resource of haresources was started or stopped. */
    | {
        readonly type: 'resource';
        readonly resource: string;
        readonly action: 'start' | 'stop';
        readonly outcome: 'done' | 'failed';
        readonly duration: number;
      }
    /** The first packet that tells the neighbours where an address is now. */
    | { readonly type: 'announcement'; readonly address: string; readonly device: string }
    /** A held address was taken away by somebody else, and put back. */
    | { readonly type: 'address'; readonly address: string; readonly device: string; readonly change: 'lost' }
    /** A real server of a virtual service has another state. */
    | {
        readonly type: 'check';
        readonly virtual: string;
        readonly real: string;
        readonly from: string;
        readonly to: string;
      }
    /** A change of the kernel's table, in the words of ipvsadm. */
    | { readonly type: 'table'; readonly virtual: string; readonly change: string }
    /** What a shadow would have, and what the genuine program has, differ for longer than is to be expected; or no longer. */
    | {
        readonly type: 'difference';
        readonly change: 'began' | 'ended';
        readonly subject: string;
        readonly genuine: string;
        readonly ours: string;
        /** For how many milliseconds. */
        readonly duration: number;
      }
    | { readonly type: 'config'; readonly change: 'in force' | 'refused'; readonly file: string }
  );

/** When and where it happened. */
export interface Stamp {
  /** Who saw it. */
  readonly node: string;
  readonly program: Program;
  /** Which daemon of a machine, where there may be several: the name of ldirectord's configuration; empty: heartbeat. */
  readonly instance: string;
  /** The daemon's life: when it began, in wall-clock milliseconds. */
  readonly run: number;
  /** Counts from 1 in each life; without gaps. */
  readonly seq: number;
  /** Monotonic milliseconds: exact between the events of one life. */
  readonly mono: Millis;
  /** Wall-clock milliseconds. */
  readonly wall: Millis;
}

export type HaEvent = Stamp & Happening;

/** One line of JSON, without its end. Undefined values are left out. */
export const eventLine = (event: HaEvent): string => JSON.stringify({ version: EVENT_VERSION, ...event });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Reads such a line; undefined when it is none, or of another version. Its stamp is looked at; the rest was written by a
 * daemon of ours, and a type of a later version passes.
 */
export const parseEventLine = (line: string): HaEvent | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.version !== EVENT_VERSION) return undefined;
  const numbers = [value.run, value.seq, value.mono, value.wall].every(Number.isFinite);
  const texts = [value.node, value.program, value.instance, value.type].every((one) => typeof one === 'string');
  if (!numbers || !texts) return undefined;
  const { version: _, ...event } = value;
  return event as unknown as HaEvent;
};
