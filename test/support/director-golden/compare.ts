/** Brings what two programs did into forms that can be compared: commands for each real, log lines, command line texts. */
import { LINE_RULES, type LineRule } from './differences.js';
import type { CliResult, StepResult } from './replay.js';
import type { RecordedCall, RecordedCase, RecordedCli, Step } from './scenario.js';

/** Steps that only together come to rest, e.g. `stop` and the wait until the daemon is gone. First index and last. */
export type Group = readonly [first: number, last: number];

/** A step that waits for an end, or only passes time after a stop, belongs to the one that asked for it. */
export const groupSteps = (steps: readonly Step[]): readonly Group[] => {
  const groups: [number, number][] = [];
  for (const [index, step] of steps.entries()) {
    const group = groups.at(-1);
    // A stop returns before the daemon has ended: what the table holds in between is a matter of moments.
    const isEnding = steps[index - 1]?.cli?.at(-1) === 'stop' && Object.keys(step).every((key) => key === 'sleep');
    if (group !== undefined && (step.waitGone === true || step.waitExit === true || isEnding)) group[1] = index;
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

/** Whether a rule of the table of differences lets this side write the line although the other does not. */
const isOneSided = (text: string, side: LineRule['side']): boolean =>
  LINE_RULES.some((rule) => (rule.side === side || rule.side === 'either') && rule.pattern.test(text));

/** Lines about one real or fallback, with its name and virtual. */
const ABOUT_SERVER =
  /^(?:emailalert: )?(?:(?:Added|Deleted|Restored|Quiescent|Readd Quiescent) (?:real|fallback) server|Resetting soft failure count|Soft failure real server|Inaccessible real server|Purged real server \(\w+\)): (\S+).* \((?:\w+:)?(\S+)\)(?: \(Weight| failure|$)/;

const REMINDER = /^emailalert: Inaccessible /;

export interface LogTexts {
  /** For each real and fallback its lines in order. */
  readonly servers: Readonly<Record<string, readonly string[]>>;
  /** All other lines in order. */
  readonly others: readonly string[];
}

export const logTexts = (lines: readonly string[], side: 'genuine' | 'ours', leftOut?: RegExp): LogTexts => {
  const servers: Record<string, string[]> = {};
  const others: string[] = [];
  for (const text of lines.map(textOf)) {
    if (text.trim() === '' || ofPerl(text) || isOneSided(text, side) || leftOut?.test(text) === true) continue;
    const [, server, virtual] = ABOUT_SERVER.exec(text) ?? [];
    if (server === undefined) others.push(text);
    else {
      const name = `${server} ${virtual}`;
      const before = servers[name] ?? [];
      // How many reminders there are depends on how long the case lasts.
      if (!REMINDER.test(text) || before.at(-1) !== text) servers[name] = [...before, text];
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
    // A mail follows the line that it is about.
    const isHere = WITH_COMMAND.test(text) || text.startsWith('emailalert: ');
    const step = isHere ? (steps[index] ?? 1) : (next.get(server) ?? steps[index] ?? 1);
    if (server !== '') next.set(server, step);
    byStep.set(step, [line, ...(byStep.get(step) ?? [])]);
  }
  return byStep;
};

/** The lines of a monitorfile for each real, without date and pid; a state that lasts is one line. */
export const monitorNotes = (text: string, leftOut?: RegExp): Readonly<Record<string, readonly string[]>> => {
  const notes: Record<string, string[]> = {};
  for (const line of text.split('\n')) {
    if (leftOut?.test(line) === true) continue;
    const [, real, result] =
      /^\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\] \[\d+\] (.*) (\[(?:up|down)\] .*)$/.exec(line) ?? [];
    // Whether a check is under way when its server goes depends on the moment.
    if (real === undefined || result === undefined || result.includes('500 Server closed connection')) continue;
    const before = notes[real] ?? [];
    if (before.at(-1) !== result) notes[real] = [...before, result];
  }
  return notes;
};

/** One mail as a server got it. */
export interface ReceivedMail {
  readonly commands: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `starting`, `running` … */
  readonly status: string;
}

/** Takes a conversation with an SMTP server apart. */
export const mailIn = (said: string): ReceivedMail => {
  const [before = '', after = ''] = said.split(/^DATA\r\n/m);
  const [head = '', ...paragraphs] = after.split('\r\n\r\n');
  const body = paragraphs.join('\r\n\r\n').replace(/\r\n\.\r\n[\s\S]*$/, '\r\n');
  return {
    commands: before.split('\r\n').filter((line) => line !== ''),
    headers: Object.fromEntries(
      head.split('\r\n').map((line) => [line.split(': ')[0] ?? '', line.split(': ').slice(1).join(': ')]),
    ),
    body,
    status: /^Daemon-Status: (.*)\r$/m.exec(body)?.[1] ?? '',
  };
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
