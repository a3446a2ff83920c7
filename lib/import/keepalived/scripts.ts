/** `vrrp_script` and `vrrp_track_process` as `[monitor NAME]` sections of ha-suite.ini. */
import type { Ledger } from '../ledger.js';
import type { MonitorPlan } from '../plan.js';
import { type Probe, probesOf } from '../shell-command.js';
import { arg, argText, type Statement } from '../statement.js';
import { durationText, nameValue, positive, whole } from '../values.js';
import type { Tracked } from './instance.js';
import { readBlock, wrongValue } from './read-block.js';

/** keepalived's own values where a script says nothing, in milliseconds. */
const DEFAULT_INTERVAL = 1000;
const LEAST_INTERVAL = 100;

const WEIGHTS =
  'a priority is changed by it; here a node is well or not well, and one that is not hands all its resources to one that is';

interface Timing {
  interval: number;
  timeout: number | undefined;
  rise: number;
  fall: number;
}

/** Handlers of what scripts and processes have in common. */
const timingHandlers = (ledger: Ledger, timing: Timing) => {
  const seconds = (key: 'interval' | 'timeout') => (statement: Statement) => {
    const value = positive(arg(statement, 0));
    if (value === undefined || value === 0) return wrongValue(ledger, statement, 'a number of seconds');
    timing[key] = Math.max(LEAST_INTERVAL, Math.round(value * 1000));
  };
  const times = (key: 'rise' | 'fall') => (statement: Statement) => {
    const value = whole(arg(statement, 0), 1, 1000);
    if (value === undefined) wrongValue(ledger, statement, 'a number from 1 to 1000');
    else timing[key] = value;
  };
  return {
    interval: seconds('interval'),
    timeout: (statement: Statement) => {
      seconds('timeout')(statement);
      if (timing.timeout !== undefined && timing.timeout > timing.interval)
        ledger.remark('changed', statement, 'longer than the interval; a monitor is not: the interval counts');
    },
    rise: times('rise'),
    fall: times('fall'),
    weight: (statement: Statement) => {
      if (arg(statement, 0) !== '0') ledger.remark('changed', statement, WEIGHTS);
    },
    user: (statement: Statement) =>
      ledger.remark('changed', statement, 'monitors run as root', 'see that only root can write what they run'),
    init_fail: (statement: Statement) =>
      ledger.remark(
        'changed',
        statement,
        'nothing is decided at the start here: the first success decides that it is up',
      ),
  };
};

/** The keys of a monitor in the order in which they are written. */
const keysOf = (
  probe: Probe,
  { interval, timeout, rise, fall }: Timing,
  holddown: number | undefined,
): ReadonlyMap<string, string> => {
  const keys = new Map(probe.keys);
  const own = whole((keys.get('timeout') ?? '').replace(/s$/, ''), 1, 3600);
  const limits = [interval, ...(timeout === undefined ? [] : [timeout]), ...(own === undefined ? [] : [own * 1000])];
  keys.delete('timeout');
  keys.set('interval', durationText(interval));
  keys.set('timeout', durationText(Math.min(...limits)));
  keys.set('rise', String(rise));
  keys.set('fall', String(fall));
  if (holddown !== undefined) keys.set('holddown', durationText(holddown));
  return keys;
};

/** A name that no other monitor has; what a section name cannot hold becomes a dash. */
const freeName = (wanted: string, taken: Set<string>): string => {
  const base =
    nameValue(wanted) ??
    (wanted
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 60) ||
      'check');
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  taken.add(name);
  return name;
};

interface Reading {
  readonly ledger: Ledger;
  readonly taken: Set<string>;
  readonly holddown: number | undefined;
}

const readScript = ({ ledger, taken, holddown }: Reading, statement: Statement): readonly MonitorPlan[] => {
  const timing: Timing = { interval: DEFAULT_INTERVAL, timeout: undefined, rise: 1, fall: 1 };
  let script: Statement | undefined;
  const block = statement.block ?? [];
  const isInterval = ({ keyword }: Statement): boolean => keyword === 'interval';
  readBlock(ledger, [...block.filter(isInterval), ...block.filter((each) => !isInterval(each))], {
    ...timingHandlers(ledger, timing),
    script: (each) => {
      script = each;
    },
  });
  if (script === undefined) {
    ledger.remark(
      'lost',
      statement,
      'it says no script',
      'write a [monitor NAME] into ha-suite.ini with what it should do',
    );
    return [];
  }
  const found = probesOf(argText(script));
  if ('problem' in found) {
    ledger.remark(
      'lost',
      script,
      found.problem,
      `put the line into a script that only root can write, and write into ha-suite.ini: [monitor ${nameValue(arg(statement, 0)) ?? 'NAME'}] with command = /full/path/of/the/script and interval = ${durationText(timing.interval)}`,
    );
    return [];
  }
  const notes = found.probes.flatMap(({ notes: each }) => each);
  if (notes.length > 0) ledger.remark('changed', script, notes.join('; '));
  return found.probes.map((probe) => ({
    name: freeName(arg(statement, 0), taken),
    keys: keysOf(probe, timing, holddown),
    from: statement.at,
  }));
};

const readProcess = ({ ledger, taken, holddown }: Reading, statement: Statement): readonly MonitorPlan[] => {
  const timing: Timing = { interval: DEFAULT_INTERVAL, timeout: undefined, rise: 1, fall: 1 };
  let program: string | undefined;
  const only = (each: Statement): void =>
    ledger.remark(
      'lost',
      each,
      'how the process is counted or found',
      'write a script that does so, and name it as command',
    );
  readBlock(ledger, statement.block ?? [], {
    weight: timingHandlers(ledger, timing).weight,
    process: (each) => {
      program = nameValue(arg(each, 0).replace(/^.*\//s, ''));
      if (program === undefined) wrongValue(ledger, each, 'the name of a program');
      else if (each.args.length > 1) only(each);
    },
    quorum: (each) => {
      if (arg(each, 0) !== '1') only(each);
    },
    quorum_max: only,
    param_match: only,
    full_command: only,
    delay: only,
    fork_delay: only,
    terminate_delay: only,
  });
  if (program === undefined) return [];
  const probe: Probe = { keys: new Map([['command', `/usr/bin/pgrep -x ${program.slice(0, 15)}`]]), notes: [] };
  return [{ name: freeName(arg(statement, 0), taken), keys: keysOf(probe, timing, holddown), from: statement.at }];
};

/** Says what is different in a line that names what is looked at. */
const readUse = (ledger: Ledger, { name, statement }: Tracked, isDefined: boolean): void => {
  ledger.carry(statement);
  const words = statement.args.map(({ value }) => value);
  if (!isDefined)
    ledger.remark(
      'lost',
      statement,
      `there is nothing called '${name}' in this file`,
      'import the whole configuration',
    );
  else if (words.includes('reverse'))
    ledger.remark(
      'lost',
      statement,
      'success counts as failure',
      'write a command that fails when the node shall give up',
    );
  else if (words[0] === 'weight' && words[1] !== '0') ledger.remark('changed', statement, WEIGHTS);
};

/**
 * Reads what is looked at. `isPartial` tells of a tracked thing whether some group of resources does without it. `holddown` is in
 * milliseconds.
 */
export const readMonitors = (
  ledger: Ledger,
  scripts: readonly Statement[],
  processes: readonly Statement[],
  tracked: readonly Tracked[],
  isPartial: (one: Tracked) => boolean,
  holddown: number | undefined,
): readonly MonitorPlan[] => {
  const reading: Reading = { ledger, taken: new Set(), holddown };
  const defined = (kind: Tracked['kind'], name: string): boolean =>
    (kind === 'script' ? scripts : processes).some((statement) => arg(statement, 0) === name);
  for (const one of tracked) {
    readUse(ledger, one, defined(one.kind, one.name));
    if (defined(one.kind, one.name) && isPartial(one))
      ledger.remark(
        'changed',
        one.statement,
        'only this instance depends on it; here a node that is not well hands over all its groups',
      );
  }
  const read = (kind: Tracked['kind'], statement: Statement): readonly MonitorPlan[] => {
    const used = tracked.some((one) => one.kind === kind && one.name === arg(statement, 0));
    if (used) return kind === 'script' ? readScript(reading, statement) : readProcess(reading, statement);
    ledger.remark('needless', statement, 'no instance looks at it, so that it does nothing');
    return [];
  };
  return [
    ...scripts.flatMap((statement) => read('script', statement)),
    ...processes.flatMap((statement) => read('process', statement)),
  ];
};
