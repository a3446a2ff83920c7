/** Services as an ldirectord.cf. */
import type { Line, RealPlan, VirtualPlan } from '../plan.js';
import { noted, placeText, type Sources } from './noted.js';

/** Four blanks at least; eight as the examples of ldirectord have them. */
const INDENT = '        ';

/** A request that begins with a slash makes ldirectord 4.12 forget what stands behind it. */
const textsOf = ({ texts }: RealPlan): string =>
  texts === undefined ? '' : ` "${texts.request.replace(/^\//, '')}", "${texts.receive}"`;

const realLine = (real: RealPlan, family: VirtualPlan['family']): string => {
  const { host, port, method, weight, lower, upper, from } = real;
  const thresholds = `${lower === undefined ? '' : ` l:${lower}`}${upper === undefined ? '' : ` u:${upper}`}`;
  const server = `${host}${port === 0 ? '' : `:${port}`} ${method} ${weight}${textsOf(real)}${thresholds}`;
  return `${INDENT}${family === 'ipv6' ? 'real6' : 'real'}=${server}  # ${placeText(from)}`;
};

const virtualLines = (virtual: VirtualPlan, ownInterval: boolean): readonly string[] => {
  const { family, target, reals, directives, interval, from } = virtual;
  return [
    `# ${placeText(from)}`,
    `${family === 'ipv6' ? 'virtual6' : 'virtual'}=${target}`,
    ...reals.map((real) => realLine(real, family)),
    ...[...directives].map(([name, value]) => `${INDENT}${name}=${value}`),
    ...(ownInterval && interval !== undefined ? [`${INDENT}checkinterval=${interval}`] : []),
    '',
  ];
};

/** The interval that most of the services have. */
const usualInterval = (virtuals: readonly VirtualPlan[]): number | undefined => {
  const counts = new Map<number, number>();
  for (const { interval } of virtuals)
    if (interval !== undefined) counts.set(interval, (counts.get(interval) ?? 0) + 1);
  return [...counts].toSorted(([one, often], [other, seldom]) => seldom - often || one - other)[0]?.[0];
};

/** The whole file. `fork` only where services have different intervals, which count then. */
export const renderDirector = (
  virtuals: readonly VirtualPlan[],
  globals: readonly Line[],
  { head }: Sources,
): string => {
  const usual = usualInterval(virtuals);
  const differs = virtuals.some(({ interval }) => interval !== undefined && interval !== usual);
  return [
    ...head('Check it with: ldirectord-ts ldirectord.cf check'),
    'logfile="daemon"',
    'autoreload=no',
    'quiescent=no',
    ...(usual === undefined ? [] : [`checkinterval=${usual}`]),
    ...(differs ? ['# The checkinterval of a service counts with this.', 'fork=yes'] : []),
    ...noted(globals),
    '',
    ...virtuals.flatMap((virtual) => virtualLines(virtual, differs && virtual.interval !== usual)),
  ].join('\n');
};
