/** The boundary of the monitor machine: what it is told, and what it asks for. */
import type { Priority } from '../../log.js';

/** What the monitors say of a node as a whole; `unknown` until the first results have decided. */
export type Health = 'unknown' | 'good' | 'bad';

/** How one look ended. */
export type Outcome =
  | { readonly type: 'good' }
  /** `why` in a few words, as it stands in the log: `rc=7`, `timeout=1s`, `L4REFUSED`. */
  | { readonly type: 'bad'; readonly why: string }
  /** This process was so late itself that the result proves nothing. */
  | { readonly type: 'void' };

export type MonitorEvent =
  /** The instant asked for by `wakeAt` has come, or it is the beginning. */
  { readonly type: 'wake' } | { readonly type: 'ended'; readonly name: string; readonly outcome: Outcome };

export type MonitorEffect =
  /** Take that look; it ends with one `ended`, at its timeout at the latest. */
  | { readonly type: 'look'; readonly name: string }
  | { readonly type: 'log'; readonly priority: Priority; readonly text: string }
  /** It has changed what the node is fit for. `failing` are the monitors that are down and have `onfail = standby`. */
  | { readonly type: 'health'; readonly health: Health; readonly failing: readonly string[] };
