/** Which echo replies of a ping group are new: every member answers the same request (heartbeat reference 10). */

/** So many sequence numbers back a reply still counts. */
const WINDOW = 128;

/** `seen` has bit n set when `newest - n` has been answered. */
export interface PingWindow {
  readonly newest: number;
  readonly seen: bigint;
}

/** Nothing has been answered yet. */
export const emptyPingWindow: PingWindow = { newest: 0xffff, seen: 0n };

const MASK = (1n << BigInt(WINDOW)) - 1n;

/** How far `sequence` lies ahead of `from`, -32768 to 32767: the numbers wrap at 16 bits. */
const distance = (sequence: number, from: number): number => ((sequence - from + 0x8000) & 0xffff) - 0x8000;

/** Notes the reply; `fresh` is false for one that was there before or is too old. */
export const noteReply = (
  window: PingWindow,
  sequence: number,
): { readonly window: PingWindow; readonly fresh: boolean } => {
  const ahead = distance(sequence, window.newest);
  if (ahead > 0) {
    const kept = ahead >= WINDOW ? 0n : (window.seen << BigInt(ahead)) & MASK;
    return { window: { newest: sequence & 0xffff, seen: kept | 1n }, fresh: true };
  }
  const bit = 1n << BigInt(-ahead);
  if (-ahead >= WINDOW || (window.seen & bit) !== 0n) return { window, fresh: false };
  return { window: { newest: window.newest, seen: window.seen | bit }, fresh: true };
};
