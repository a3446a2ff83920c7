/** `[monitor NAME]` of ha-suite.ini: what a node looks at on itself, and when that makes it hand over its resources. */
import { type Millis, millis, seconds } from '../time.js';
import { type CheckTarget, checkTarget, EXPECT_SUCCESS, type Expectation, expectation } from './monitor-values.js';
import type { Finding, Word } from './source.js';
import { choice, command, count, duration, type NamedSection, type Reader, type ValuesOf } from './suite-values.js';

const VERIFICATIONS = ['off', 'chain', 'full'] as const;
const CONSEQUENCES = ['standby', 'log'] as const;

/** What a monitor does: run a program, or look at a service itself. */
export type MonitorProbe =
  /** Absolute path and arguments, split at blanks; no shell. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | Extract<CheckTarget, { kind: 'connect' }>
  | {
      readonly kind: 'page';
      readonly url: string;
      readonly expect: Expectation;
      /** How far the certificate is verified. */
      readonly verify: (typeof VERIFICATIONS)[number];
    };

/** A look that a node takes at itself again and again; when it fails often enough the node hands over its resources. */
export interface MonitorConfig {
  readonly name: string;
  readonly probe: MonitorProbe;
  /** From one start to the next. */
  readonly interval: Millis;
  readonly timeout: Millis;
  /** Successes in a row that count as good, failures in a row that count as bad. */
  readonly rise: number;
  readonly fall: number;
  /** Least time between two hand-overs, and from being good again until groups come home. */
  readonly holddown: Millis;
  /** `log`: it is only told in the log. */
  readonly onfail: (typeof CONSEQUENCES)[number];
}

const DEFAULTS = { interval: seconds(10), rise: 1, fall: 3, holddown: seconds(30), onfail: 'standby' } as const;
/** Or the interval, when that is shorter. */
const DEFAULT_TIMEOUT = seconds(5);

/** Readers by key. */
export const MONITOR_KEYS = {
  command,
  check: checkTarget,
  expect: expectation,
  verify: choice(VERIFICATIONS),
  interval: duration(100),
  timeout: duration(10),
  rise: count(1, 1000),
  fall: count(1, 1000),
  holddown: duration(0),
  onfail: choice(CONSEQUENCES),
} as const satisfies Readonly<Record<string, Reader<unknown>>>;

type Values = ValuesOf<typeof MONITOR_KEYS>;

const probeOf = ({
  command: argv,
  check,
  expect = EXPECT_SUCCESS,
  verify = 'off',
}: Values): MonitorProbe | undefined => {
  if (argv !== undefined) return { kind: 'command', argv };
  return check?.kind === 'page' ? { ...check, expect, verify } : check;
};

/** Keys that mean nothing beside what the monitor does, with what they belong to. */
const strayKeys = (probe: MonitorProbe): readonly (readonly [string, string])[] => [
  ...(probe.kind === 'command' ? [['check', 'a monitor without command'] as const] : []),
  ...(probe.kind === 'page' ? [] : [['expect', 'a check of an http or https URL'] as const]),
  ...(probe.kind === 'page' && probe.url.startsWith('https:') ? [] : [['verify', 'a check of an https URL'] as const]),
];

/** The monitor of a section; undefined when it does not say what to do, which is then reported. */
export const monitorOf = (
  section: NamedSection,
  complain: (under: Word, finding: Finding) => void,
): MonitorConfig | undefined => {
  const values = Object.fromEntries(section.values) as Values;
  const probe = probeOf(values);
  if (probe === undefined) {
    const message = `monitor ${section.name} has neither command nor check`;
    if (!section.keys.has('command') && !section.keys.has('check'))
      complain(section.head, { code: 'ha-suite.ini/no-command', message });
    return undefined;
  }
  for (const [key, place] of strayKeys(probe)) {
    const word = section.keys.get(key);
    if (word !== undefined) complain(word, { code: 'ha-suite.ini/stray-key', message: `${key} belongs to ${place}` });
  }
  const { interval, rise, fall, holddown, onfail } = { ...DEFAULTS, ...values };
  const timeout = values.timeout ?? millis(Math.min(DEFAULT_TIMEOUT, interval));
  const late = section.keys.get('timeout');
  if (timeout > interval && late !== undefined)
    complain(late, { code: 'ha-suite.ini/slow-monitor', message: 'timeout must not be longer than interval' });
  return { name: section.name, probe, interval, timeout, rise, fall, holddown, onfail };
};
