/** Times of haproxy.cfg: milliseconds unless a unit is glued to them. */

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time in milliseconds; undefined when it is none. */
export const haproxyTime = (text: string): number | undefined => {
  const [, number, unit = 'ms'] = /^(\d{1,9})(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  const factor = UNITS[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
};
