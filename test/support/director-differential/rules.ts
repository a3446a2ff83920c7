/** Every difference from genuine that the differential run accepts, each narrow, with the row of docs/differences.md that tells of it. */
import type { DirectorConfig, Real, Virtual } from '../../../lib/ldirectord/config/model.js';
import { realName, serviceId, serviceName, tableName } from '../../../lib/ldirectord/names.js';
import type { LineRule } from '../director-golden/differences.js';
import type { Difference } from './observe.js';

/** What a rule may look at. */
export interface Context {
  /** The configuration that is in force, and the one before it at a reload or restart. */
  readonly config: DirectorConfig;
  readonly previous: DirectorConfig | undefined;
  /** The lines of both files. */
  readonly text: readonly string[];
  readonly previousText: readonly string[];
  /** Names in our table when the step began, e.g. `tcp:10.0.0.3:80 192.168.0.1:80`. */
  readonly ourTableBefore: ReadonlySet<string>;
  /** A whole configuration was put into force in this step. */
  readonly synchronising: boolean;
  /** The table was cleaned first: in one step with the start, as `restart` does it. */
  readonly restart: boolean;
  /** The file was broken while this step was observed. */
  readonly broken: boolean;
  /** Virtuals that somebody deleted by hand, until the next reload or restart. */
  readonly deletedByHand: ReadonlySet<string>;
  /** The last call of our fallback command for each virtual, e.g. `10.0.0.3:80 tcp` and `own stop`. */
  readonly fallbackCalls: ReadonlyMap<string, string>;
}

export interface Rule {
  readonly name: string;
  /** First column of its row in the ldirectord table of docs/differences.md. */
  readonly row: string;
  readonly explains: (difference: Difference, context: Context) => boolean;
}

/** Log lines that only one side writes in a generated world; those of every case stand in director-golden/differences.ts. */
export const LINE_RULES: readonly LineRule[] = [
  {
    name: 'a broken file leaves the running configuration in force, and the log says so',
    row: 'a broken file at reload',
    side: 'ours',
    pattern: /^\S+ has errors: the running configuration stays in force$/,
  },
  {
    name: 'a daemon says that the one before it was killed',
    row: 'a daemon that was killed',
    side: 'ours',
    pattern: /^Taking over the table of pid \d+, which did not end in good order$/,
  },
];

type AboutServer = Exclude<Difference, { readonly what: 'lines' | 'said' | 'notes' }>;

const isAboutServer = (difference: Difference): difference is AboutServer =>
  difference.what === 'table' || difference.what === 'changes' || difference.what === 'log';

/** The virtuals that a difference may be about: log lines name them without protocol. */
const virtualsOf = ({ what, virtual }: AboutServer, { config, previous }: Context): readonly Virtual[] =>
  [...config.virtuals, ...(previous?.virtuals ?? [])].filter(({ key }) =>
    what === 'log' ? serviceName(key) === virtual : serviceId(key) === virtual,
  );

const isNamed = (virtual: Virtual, real: Real, server: string): boolean =>
  server === realName(real) || server === tableName(virtual, real);

const someReal = (
  difference: Difference,
  context: Context,
  fits: (virtual: Virtual, real: Real) => boolean,
): difference is AboutServer =>
  isAboutServer(difference) &&
  virtualsOf(difference, context).some((virtual) =>
    virtual.reals.some((real) => isNamed(virtual, real, difference.server) && fits(virtual, real)),
  );

const isFallback = (
  difference: Difference,
  context: Context,
  fits: (virtual: Virtual) => boolean,
): difference is AboutServer =>
  isAboutServer(difference) &&
  virtualsOf(difference, context).some(
    (virtual) =>
      virtual.fallback !== undefined &&
      [realName(virtual.fallback), tableName(virtual, virtual.fallback)].includes(difference.server) &&
      fits(virtual),
  );

const withoutThresholds = (line: string | undefined): string => (line ?? '').replace(/ x\d+ y\d+$/, '');

const aboutReturn = (line: string): boolean =>
  / is gone from the table: putting it back$|^Added virtual server: /.test(line);

const isDeletedByHand = (difference: Difference, context: Context): boolean =>
  isAboutServer(difference) &&
  [...context.deletedByHand].some((id) =>
    difference.what === 'log' ? id.endsWith(`:${difference.virtual}`) : id === difference.virtual,
  );

/** The line on which something was written, in whichever file has it. */
const linesAt = (line: number, { text, previousText }: Context): readonly string[] =>
  [text[line - 1], previousText[line - 1]].filter((one) => one !== undefined);

const isMapped = (virtual: Virtual, real: Real): boolean => tableName(virtual, real) !== realName(real);

/** Says how an address and port is used by more than one virtual: genuine keeps one state for all of them. */
const isShared = (difference: AboutServer, { config, previous }: Context): boolean =>
  [config, previous].some(
    (one) =>
      (one?.virtuals ?? []).filter(({ reals }) => reals.some((real) => realName(real) === difference.server)).length >
      1,
  );

const aboutTimeout = (line: string): boolean => line.startsWith('system_timeout(');
const aboutCounting = (line: string): boolean =>
  /^(Soft failure real server|Resetting soft failure count): /.test(line);
const sameLines = (one: readonly string[], other: readonly string[]): boolean => one.join('\n') === other.join('\n');

/** The words of a fallback call: what it was about, and the rest. */
export const fallbackCall = (line: string): readonly [place: string, call: string] => {
  const words = line.split(' ');
  return [words.slice(-2).join(' '), words.slice(0, -2).join(' ')];
};

const forgets = (virtual: Virtual, context: Context): boolean =>
  virtual.reals.some(({ at }) => linesAt(at.line, context).some((line) => /"\/[^"]*"[, ]\s*"/.test(line)));

const pingsIPv6 = ({ family, key, checkType }: Virtual): boolean =>
  family === 'ipv6' && (checkType.kind === 'ping' || (checkType.kind === 'connect' && key.protocol === 'udp'));

/** How a fallback command is told of a virtual. */
const placeOf = ({ key }: Virtual): string => `${key.protocol === 'fwm' ? ':0' : serviceName(key)} ${key.protocol}`;

/** A difference in fallback calls that is only about virtuals whose health genuine gets wrong. */
const onlyAbout = (difference: Difference, context: Context, fits: (virtual: Virtual) => boolean): boolean => {
  if (difference.what !== 'notes' || difference.file !== 'fallbacks') return false;
  const places = new Set([...context.config.virtuals, ...(context.previous?.virtuals ?? [])].filter(fits).map(placeOf));
  const others = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => !places.has(fallbackCall(line)[0]));
  const left = { genuine: others(difference.genuine), ours: others(difference.ours) };
  return (
    places.size > 0 &&
    (sameLines(left.genuine, left.ours) || (context.synchronising && callsWithoutDance(left, context)))
  );
};

/** Genuine calls again and again while it dances; what counts is the last call for each virtual. */
const callsWithoutDance = (
  { genuine, ours }: { readonly genuine: readonly string[]; readonly ours: readonly string[] },
  { fallbackCalls }: Context,
): boolean => {
  const last = new Map(genuine.map(fallbackCall));
  return (
    ours.length <= 2 * last.size &&
    ours.every((line) => genuine.includes(line)) &&
    [...last].every(([place, call]) => fallbackCalls.get(place) === call)
  );
};

const onOneLine = (lines: readonly string[]): string => lines.join(' ').replace(/\s+/g, ' ').trim();

export const RULES: readonly Rule[] = [
  {
    name: 'a message that quotes a whole line stays on one line',
    row: 'a log message that holds a line end',
    explains: (difference) =>
      difference.what === 'lines' &&
      difference.genuine.some((line) => line.includes('Unknown command')) &&
      onOneLine(difference.genuine) === onOneLine(difference.ours),
  },
  {
    name: 'no dance: what is configured anew enters once',
    row: 'start, reload',
    explains: (difference, context) => {
      if (!context.synchronising || (difference.what !== 'changes' && difference.what !== 'log')) return false;
      const most = (isFallback(difference, context, () => true) ? 2 : 1) + (context.restart ? 1 : 0);
      return difference.ours.filter((line) => !aboutCounting(line)).length <= most;
    },
  },
  {
    name: 'no dance: fallback commands are called when something changes',
    row: 'start, reload',
    explains: (difference, context) =>
      difference.what === 'notes' &&
      difference.file === 'fallbacks' &&
      context.synchronising &&
      callsWithoutDance(difference, context),
  },
  {
    name: 'a virtual deleted by hand comes back',
    row: 'a virtual that has vanished from the table',
    explains: (difference, context) =>
      difference.what === 'lines'
        ? context.deletedByHand.size > 0 &&
          sameLines(
            difference.genuine.filter((line) => !aboutReturn(line)),
            difference.ours.filter((line) => !aboutReturn(line)),
          )
        : isDeletedByHand(difference, context),
  },
  {
    name: 'each virtual counts for itself',
    row: 'failure counter of a shared real',
    explains: (difference, context) =>
      difference.what === 'log' &&
      isShared(difference, context) &&
      sameLines(
        difference.genuine.filter((line) => !aboutCounting(line)),
        difference.ours.filter((line) => !aboutCounting(line)),
      ),
  },
  {
    name: 'a check that goes on running too long is told of once',
    row: 'a failure that lasts',
    explains: (difference) =>
      difference.what === 'lines' &&
      difference.genuine.some(aboutTimeout) &&
      difference.ours.every((line) => !aboutTimeout(line) || difference.genuine.includes(line)) &&
      sameLines(
        difference.genuine.filter((line) => !aboutTimeout(line)),
        difference.ours.filter((line) => !aboutTimeout(line)),
      ),
  },
  {
    name: 'quiescing keeps the thresholds',
    row: 'quiescing',
    explains: (difference, context) =>
      difference.what === 'table' &&
      someReal(difference, context, (_, { upper }) => upper > 0) &&
      / 0 x0 y0$/.test(difference.genuine ?? '') &&
      withoutThresholds(difference.genuine) === withoutThresholds(difference.ours),
  },
  {
    name: 'a mapped real follows its check',
    row: 'gate or ipip real on another port, quiescent=yes',
    explains: (difference, context) =>
      someReal(difference, context, (virtual, real) => virtual.quiescent && isMapped(virtual, real)),
  },
  {
    name: 'a mapped real is deleted under the name that the table has for it',
    row: 'gate or ipip real on another port, at a stop',
    explains: (difference, context) =>
      difference.what === 'changes' &&
      difference.genuine.length === 0 &&
      sameLines(difference.ours, ['-d']) &&
      someReal(difference, context, isMapped),
  },
  {
    name: 'nothing is purged that is not there',
    row: 'a real that is not in the table, at a stop',
    explains: (difference, { ourTableBefore }) =>
      difference.what === 'log' &&
      difference.genuine.some((line) => line.startsWith('Purged real server (stop): ')) &&
      difference.ours.length === 0 &&
      ![...ourTableBefore].some((name) => name.endsWith(`:${difference.virtual} ${difference.server}`)),
  },
  {
    name: 'a global fallback serves a firewall mark',
    row: 'global `fallback` and firewall marks',
    explains: (difference, context) => {
      if (!isAboutServer(difference)) return false;
      const marks = virtualsOf(difference, context).filter(
        ({ key, fallback }) =>
          key.protocol === 'fwm' &&
          fallback !== undefined &&
          linesAt(fallback.at.line, context).some((line) => line.startsWith('fallback')),
      );
      if (difference.server === ':0') return marks.length > 0 && (difference.ours ?? []).length === 0;
      const isIt = marks.some(({ fallback }) => fallback !== undefined && realName(fallback) === difference.server);
      return isIt && (difference.genuine ?? []).length === 0;
    },
  },
  {
    name: 'what stands behind a request that begins with a slash counts',
    row: 'a `real` line whose request begins with `/`',
    explains: (difference, context) => {
      const isIt = (virtual: Virtual): boolean => forgets(virtual, context);
      return isAboutServer(difference)
        ? virtualsOf(difference, context).some(isIt)
        : onlyAbout(difference, context, isIt);
    },
  },
  {
    name: 'an IPv6 address can be pinged',
    row: 'ping to IPv6',
    explains: (difference, context) =>
      isAboutServer(difference)
        ? virtualsOf(difference, context).some(pingsIPv6) && difference.server !== ''
        : onlyAbout(difference, context, pingsIPv6),
  },
];
