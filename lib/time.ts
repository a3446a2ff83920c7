/** Durations and instants that carry their unit in the type; nothing here reads a clock. */

declare const unit: unique symbol;

/** A duration or a monotonic instant in milliseconds. */
export type Millis = number & { readonly [unit]: 'ms' };

/** Makes a duration from a number of milliseconds. */
export const millis = (value: number): Millis => value as Millis;

/** Makes a duration from a number of seconds. */
export const seconds = (value: number): Millis => (value * 1000) as Millis;

/**
 * The instant at which a decision is taken.
 *
 * `mono` never jumps and decides; `wall` (milliseconds since 1970) only appears in logs and in the `ts=` field.
 */
export interface Now {
  readonly mono: Millis;
  readonly wall: Millis;
}
