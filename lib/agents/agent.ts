/** The shape of every resource agent that runs in process: the same verbs and words as the resource.d scripts. */
import type { Log } from '../log.js';

export type Verb = 'start' | 'stop' | 'status' | 'monitor' | 'meta-data';

/** What a call answers: LSB exit code and the text that a script would have printed (without the last newline). */
export interface AgentResult {
  readonly code: number;
  readonly output: string;
}

/** What an agent may use. The signal fires at the deadline; an agent then gives up with a non-zero code. */
export interface AgentContext {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What programs are run with that an agent calls; absent: our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * `run` never throws. `start` of something running and `stop` of something stopped succeed (heartbeat reference 2.6).
 * A `status` output that matches /running|OK/ but not /not running/i means running.
 */
export interface Agent {
  readonly name: string;
  run(verb: Verb, args: readonly string[], context: AgentContext): Promise<AgentResult>;
}
