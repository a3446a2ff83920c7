/** `ha drain`, `ha undrain`, `ha disable` and `ha enable`: their words, and what they print. */
import { Command, CommanderError } from 'commander';
import { type CommandMaker, USAGE, type World } from '../../ha/sub-command.js';
import { parseSpan } from '../../text/span.js';
import type { Millis } from '../../time.js';
import { noteText, printNote } from '../maintenance-note.js';
import { type DeedName, planFor } from './deeds.js';
import { type Located, locate, NOT_PERMITTED } from './locate.js';
import { type Done, daemonHints, persistenceHints, toldJson } from './report.js';
import type { DrainTools } from './tools.js';
import { progressOn, type Waited, waitUntilSafe } from './wait.js';

/** Exit codes: connections are left, or it cannot be done; SIGINT (as a shell says it). */
const FAILED = 1;
const INTERRUPTED = 130;

interface Options {
  readonly config?: string;
  readonly deadline?: Millis;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const deadline = (text: string): Millis => {
  const time = parseSpan(text);
  if (time === undefined)
    throw new CommanderError(USAGE, 'ha.time', `--deadline must be a time such as 90s, 10m or 8h, not '${text}'`);
  return time;
};

/** Makes the changes; answers with why it cannot go on. */
const carryOut = ({ folder, isMissing }: Located, done: readonly Done[], tools: DrainTools): string | undefined => {
  const isWritten = done.some(({ plan }) => plan.write !== undefined);
  const refusal = isWritten && isMissing ? tools.makeFolder(folder) : undefined;
  if (refusal !== undefined) return `${folder}: ${refusal.problem}`;
  for (const { found, plan } of done) {
    const changes = [
      ...(plan.write === undefined ? [] : [[found.server.file, printNote(plan.write)] as const]),
      ...plan.remove.map((file) => [file, undefined] as const),
    ];
    for (const [file, text] of changes) {
      const path = `${folder}/${file}`;
      const failure = text === undefined ? tools.remove(path) : tools.write(path, text);
      if (failure !== undefined) return `${path}: ${failure.problem}`;
    }
  }
  return undefined;
};

const WAIT_CODES: Readonly<Record<Waited['end'], number>> = {
  safe: 0,
  late: FAILED,
  blind: FAILED,
  interrupted: INTERRUPTED,
};

const waitFor = async (done: readonly Done[], options: Options, world: World, tools: DrainTools): Promise<Waited> => {
  const progress = options.json === true ? undefined : progressOn(world, tools.isTerminal);
  const members = done.flatMap(({ found }) => found.server.members);
  const waited = await waitUntilSafe(
    { members, deadline: options.deadline, show: progress?.show },
    tools,
    world.interrupted,
  );
  progress?.end();
  return waited;
};

/** Does what a sub-command asks for; answers the exit code. Never throws on input. */
const run = async (
  name: DeedName,
  real: string,
  options: Options,
  world: World,
  tools: DrainTools,
): Promise<number> => {
  const complain = (text: string): void => world.complain(`${text}\n`);
  const say = (text: string): void => {
    if (options.json !== true) world.print(`${text}\n`);
  };
  const located = await locate(real, options.config, tools);
  if ('code' in located) {
    complain(located.text);
    return located.code;
  }
  const { wall } = tools.now();
  const wish = {
    since: wall,
    deadline: options.deadline === undefined ? undefined : wall + options.deadline,
    by: noteText(tools.user()),
    reason: noteText(options.reason),
  };
  const done = located.found.map((found) => ({ found, plan: planFor(name, found, wish, located.folder) }));
  const refused = done.filter(({ plan }) => plan.isRefused);
  if (refused.length > 0) {
    for (const { plan } of refused) complain(`ha: ${plan.text}`);
    return FAILED;
  }
  const failure = carryOut(located, done, tools);
  if (failure !== undefined) {
    complain(`ha: ${failure}`);
    return NOT_PERMITTED;
  }
  for (const { plan } of done) say(plan.text);
  const daemon = await tools.daemon(options.config, located.path);
  for (const hint of daemonHints(name, daemon, located)) say(hint);
  for (const hint of await persistenceHints(done, tools)) say(hint);
  const waited = options.wait === true ? await waitFor(done, options, world, tools) : undefined;
  if (options.json === true) world.print(toldJson({ name, real, located, done, daemon, waited }));
  if (waited === undefined) return 0;
  const called = done.map(({ found }) => found.server.file).join(', ');
  if (waited.end === 'safe') say(`${called} has no active connections: safe to stop`);
  else complain(`ha: ${called}: ${waited.problem}`);
  return WAIT_CODES[waited.end];
};

const REAL = `
REAL is a real server as ldirectord.cf has it, or its address or name: web1, 10.0.0.5, 10.0.0.5:80, [fd00::5]:80.
Without a port all its ports in all virtual services are meant.`;

const CODES =
  'Exit codes: 0 done (or nothing to do), 1 not possible, 2 wrong usage, 4 not permitted, 6 wrong configuration.';

interface Shape {
  readonly name: DeedName;
  readonly description: string;
  readonly help: string;
  readonly add?: (command: Command) => Command;
}

const REASON = ['--reason <text>', 'why: kept in the file, and shown by status'] as const;

const SHAPES = {
  drain: {
    name: 'drain',
    description: 'Gives a real server no new connections, and lets those it has come to their end.',
    help: `${REAL}

Examples:
  ha drain web1                           at once; it stays so over reloads and restarts, until ha undrain
  ha drain 10.0.0.5:80 --wait             says how many connections are left, and when it is safe to stop
  ha drain web1 --wait --deadline 8h && ssh web1 reboot

Exit codes: 0 drained (with --wait: safe to stop), 1 connections are left or cannot be counted, 2 wrong usage,
4 not permitted, 6 wrong configuration, 130 interrupted. It stays drained in any case.`,
    add: (command) =>
      command
        .option('--wait', 'wait until it has no connections, and show how many are left')
        .option('--deadline <time>', 'how long that may take at most: 90s, 10m, 8h; kept in the file', deadline)
        .option(...REASON),
  },
  undrain: {
    name: 'undrain',
    description: 'Gives a drained real server new connections again, as soon as its check succeeds.',
    help: `${REAL}

Examples:
  ha undrain web1

${CODES}`,
  },
  disable: {
    name: 'disable',
    description: 'Takes a real server out of service at once, as a failed check does.',
    help: `${REAL}

Examples:
  ha disable web1 --reason "new disk"

${CODES}`,
    add: (command) => command.option(...REASON),
  },
  enable: {
    name: 'enable',
    description: 'Has a real server checked again that was disabled or drained, and back when it is well.',
    help: `${REAL}

Examples:
  ha enable web1

${CODES}`,
  },
} as const satisfies Readonly<Record<DeedName, Shape>>;

/** One of the four commands. */
export const drainCommand =
  (which: DeedName, tools: DrainTools): CommandMaker =>
  (choose) => {
    const { name, description, help, add }: Shape = SHAPES[which];
    const command = new Command(name)
      .description(description)
      .argument('<real>', 'the real server: its name or address, with a port or without')
      .option('--config <file>', 'the configuration, looked for as ldirectord does (default: ldirectord.cf)');
    return (add?.(command) ?? command)
      .option('--json', 'print one JSON document')
      .addHelpText('after', help)
      .action((real: string, options: Options) => choose((world) => run(name, real, options, world, tools)));
  };
