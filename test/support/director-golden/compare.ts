/** Brings what two programs did into forms that can be compared: commands for each real, log lines, command line texts. */
import type { CliResult, StepResult } from './replay.js';
import type { RecordedCall, RecordedCase, RecordedCli, Step } from './scenario.js';

/** Steps that only together come to rest, e.g. `stop` and the wait until the daemon is gone. First index and last. */
export type Group = readonly [first: number, last: number];

/** A step that waits for an end belongs to the one that asked for it. */
export const groupSteps = (steps: readonly Step[]): readonly Group[] => {
  const groups: [number, number][] = [];
  for (const [index, { waitGone, waitExit }] of steps.entries()) {
    const group = groups.at(-1);
    if (group !== undefined && (waitGone === true || waitExit === true)) group[1] = index;
    else groups.push([index, index]);
  }
  return groups;
};

const SYNCHRONISING = ['start', 'restart', 'try-restart', 'reload', 'force-reload'];

/** Whether a whole configuration is put into force here: where genuine dances, reference 3.3 and 7, no. 8. */
export const isSynchronising = ({ cli, bg, kill, sh, config }: Step, autoReload: boolean): boolean =>
  [...(cli ?? []), ...(bg ?? [])].some((word) => SYNCHRONISING.includes(word)) ||
  kill === 'HUP' ||
  (sh ?? '').includes('kill -HUP') ||
  (config !== undefined && autoReload);

const METHODS: Readonly<Record<string, string>> = { '-m': 'masq', '-g': 'gate', '-i': 'ipip' };

/** `-t 10.0.0.3:80 -r 192.168.0.1:80` and what is done to it: `-a masq 5`. Thresholds show in the table. */
const changeOf = (argv: readonly string[]): { readonly name: string; readonly action: string } => {
  const wordAfter = (option: string): string => argv[argv.indexOf(option) + 1] ?? '';
  const service = ['-t', '-u', '-f'].find((option) => argv.includes(option)) ?? '';
  const six = argv.includes('-6') ? ' -6' : '';
  const real = argv.includes('-r') ? ` -r ${wordAfter('-r')}` : '';
  const method = Object.keys(METHODS).find((option) => argv.includes(option));
  const weight = argv.includes('-w') ? ` ${wordAfter('-w')}` : '';
  const action = `${argv[0]}${method === undefined || argv[0] === '-d' ? '' : ` ${METHODS[method]}`}${weight}`;
  return { name: `${service} ${wordAfter(service)}${six}${real}`, action };
};

/** For each real of each virtual what was done to it, in order. Commands that failed are left out. */
export const changesByReal = (
  calls: readonly { readonly argv: readonly string[]; readonly failed: boolean }[],
): Readonly<Record<string, readonly string[]>> => {
  const changes: Record<string, string[]> = {};
  for (const { argv, failed } of calls) {
    if (failed || !['-a', '-e', '-d'].includes(argv[0] ?? '')) continue;
    const { name, action } = changeOf(argv);
    changes[name] = [...(changes[name] ?? []), action];
  }
  return changes;
};

/** Virtuals that were added or deleted, in order. */
export const virtualChanges = (calls: readonly { readonly argv: readonly string[] }[]): readonly string[] =>
  calls
    .filter(({ argv }) => argv[0] === '-A' || argv[0] === '-D')
    .map(({ argv }) => `${argv[0]} ${changeOf(argv).name}`);

export const recordedCalls = (calls: readonly RecordedCall[], [first, last]: Group) =>
  calls.filter(({ step }) => step - 1 >= first && step - 1 <= last).map(({ argv, rc }) => ({ argv, failed: rc !== 0 }));

export const replayedCalls = (steps: readonly StepResult[], [first, last]: Group) =>
  steps.slice(first, last + 1).flatMap(({ calls }) => calls.map(({ argv, code }) => ({ argv, failed: code !== 0 })));

/** Pids and the place of the program differ. */
const masked = (text: string): string =>
  text
    .replace(/(Error|Warning) \[\d+\]/g, '$1 [PID]')
    .replace(/with pid: \d+/g, 'with pid: PID')
    .replace(/invoked as: \S+/g, 'invoked as: PROGRAM')
    .replace(/\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\]/g, '[DATE]');

/** What Perl itself says. */
const ofPerl = (line: string): boolean => /^(Use of uninitialized|setlogsock\(\))/.test(line);

export interface Said {
  readonly rc: number | string;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/** The usage text is in our own words but for its first line. */
const withoutUsage = (text: string): string => (text.startsWith('Usage:') ? 'Usage:' : text);

export const saidBy = ({ rc, stdout, stderr }: RecordedCli | CliResult): Said => ({
  rc,
  stdout: withoutUsage(masked(stdout)),
  stderr: masked(stderr)
    .split('\n')
    // Genuine says with -d that there was no pid file to delete; none is deleted here (reference 7 no. 4).
    .filter((line) => !ofPerl(line) && !line.startsWith('DEBUG2: ld_rm_file: ')),
});

/** The text of a log line, of a file, of syslog or of a supervised daemon, without date, name and pid. */
const textOf = (line: string): string =>
  masked(
    line
      .replace(/^\[[^\]]*\] |^<\d+>.*?ldirectord\[\d+\]: /, '')
      .replace(/^\[DATE\] /, '')
      .replaceAll('\0', ''),
  );

/** Lines that only we write. */
const isOurs = (text: string): boolean => /^(Check failed: |Warning \[PID\] reading file )/.test(text);

/**
 * Lines that come and go with genuine commands that change nothing or cannot succeed: an existing virtual is always
 * edited, and commands with an empty or unmapped address fail (reference 3.3, 7 no. 10 and 13). -d adds its own, and
 * the exit line also for status 0.
 */
const isNoise = (text: string): boolean =>
  /^(Changed virtual server: |system\(|DEBUG\d: |Running |Exiting with exit_status 0: )/.test(text) ||
  ofPerl(text) ||
  text.trim() === '';

/** Lines about one real or fallback, with its name and virtual. */
const ABOUT_SERVER =
  /^(?:(?:Added|Deleted|Restored|Quiescent|Readd Quiescent) (?:real|fallback) server|Resetting soft failure count|Soft failure real server|Purged real server \(\w+\)): (\S+).* \((?:\w+:)?(\S+)\)(?: \(Weight| failure|$)/;

export interface LogTexts {
  /** For each real and fallback its lines in order. */
  readonly servers: Readonly<Record<string, readonly string[]>>;
  /** All other lines in order. */
  readonly others: readonly string[];
}

export const logTexts = (lines: readonly string[], leftOut?: RegExp): LogTexts => {
  const servers: Record<string, string[]> = {};
  const others: string[] = [];
  for (const text of lines.map(textOf)) {
    if (isOurs(text) || isNoise(text) || leftOut?.test(text) === true) continue;
    const [, server, virtual] = ABOUT_SERVER.exec(text) ?? [];
    if (server === undefined) others.push(text);
    else {
      const name = `${server} ${virtual}`;
      servers[name] = [...(servers[name] ?? []), text];
    }
  }
  return { servers, others };
};

/** A line that goes with one command to ipvsadm, in the same order. */
const WITH_COMMAND = /^(?:Added|Changed|Deleted|Restored|Quiescent|Readd Quiescent|Purged) /;

/**
 * The recorded log by step. It was not recorded so, but each command has its line: a line belongs to the step of its
 * command, and what counts failures to the step of the next line about the same server.
 */
export const recordedLogBySteps = (recorded: RecordedCase): ReadonlyMap<number, readonly string[]> => {
  const { log, kept, calls } = recorded;
  const lines = (log.length > 0 ? log : (kept.get('syslog') ?? '').split('\n')).filter((line) => line.trim() !== '');
  const steps: number[] = [];
  let commands = 0;
  let current = 1;
  for (const line of lines) {
    if (WITH_COMMAND.test(textOf(line))) {
      current = calls[commands]?.step ?? current;
      commands += 1;
    }
    steps.push(current);
  }
  // From the end backwards, so that counting lines find what follows them.
  const next = new Map<string, number>();
  const byStep = new Map<number, string[]>();
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    const text = textOf(line);
    const [, server = ''] = ABOUT_SERVER.exec(text) ?? [];
    const step = WITH_COMMAND.test(text) ? (steps[index] ?? 1) : (next.get(server) ?? steps[index] ?? 1);
    if (server !== '') next.set(server, step);
    byStep.set(step, [line, ...(byStep.get(step) ?? [])]);
  }
  return byStep;
};

/** What scripts noted down, made comparable: calls of checks repeat at will, and fallback commands follow the dance at first. */
export const notesOf = (file: string, text: string): unknown => {
  const lines = text.split('\n').filter((line) => line !== '');
  if (file === 'chk.out') return [...new Set(lines)].sort();
  if (file !== 'fb.out') return lines;
  const [first = [], ...later] = text.split(/^== .*$/m).map((part) => part.split('\n').filter((line) => line !== ''));
  // At the start only the last word to each virtual counts; afterwards virtuals may come in any order.
  const last = new Map(first.map((line) => [line.split(' ').slice(-2).join(' '), line]));
  return [[...last.values()].sort(), ...later.map((part) => [...part].sort())];
};
