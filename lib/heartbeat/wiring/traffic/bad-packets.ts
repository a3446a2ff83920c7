/** Decides which of the packets that had to be dropped are worth a log line, so that nobody can flood the log. */
import { type Millis, seconds } from '../../../time.js';

/** Lines of one reason within one window; what comes beyond is only counted. */
const LINES_PER_WINDOW = 3;
const WINDOW: Millis = seconds(30);

export interface BadPackets {
  /** By reason: how many, how many of them in the present window, and since when that runs. */
  readonly reasons: ReadonlyMap<
    string,
    { readonly total: number; readonly inWindow: number; readonly silent: number; readonly since: Millis }
  >;
}

export const noBadPackets: BadPackets = { reasons: new Map() };

/**
 * Counts one dropped packet.
 *
 * @returns the new counts, and whether to log it; `silent` is how many of the same reason went unlogged before it.
 */
export const countBadPacket = (
  state: BadPackets,
  reason: string,
  mono: Millis,
): { readonly state: BadPackets; readonly tell: boolean; readonly silent: number } => {
  const before = state.reasons.get(reason) ?? { total: 0, inWindow: 0, silent: 0, since: mono };
  const fresh = mono - before.since >= WINDOW;
  const inWindow = fresh ? 1 : before.inWindow + 1;
  const tell = inWindow <= LINES_PER_WINDOW;
  const after = {
    total: before.total + 1,
    inWindow,
    silent: tell ? 0 : before.silent + 1,
    since: fresh ? mono : before.since,
  };
  return {
    state: { reasons: new Map([...state.reasons, [reason, after]]) },
    tell,
    silent: tell ? before.silent : 0,
  };
};

/** All dropped packets since the start. */
export const badPacketTotal = (state: BadPackets): number =>
  [...state.reasons.values()].reduce((sum, { total }) => sum + total, 0);
