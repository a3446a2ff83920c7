/** `ha events`: what has happened on this machine, from the journals of its daemons, and what happens now. */

import { Command, CommanderError } from 'commander';
import { eventLine, type HaEvent } from '../../events/event.js';
import { eventText, isBad } from '../../events/event-text.js';
import { painter } from '../../text/paint.js';
import { sinceInstant } from '../instant.js';
import { type CommandMaker, USAGE, type World } from '../sub-command.js';
import { newsReader } from './follow.js';

const STOPPED = 3;

const HELP = `
TIME is like 90s, 15m, 2h or 3d (so long ago), or a date and time such as "2026-11-27 20:15".

Examples:
  ha events --since 2h                what has happened in the last two hours
  ha events --follow                  what happens from now on, until Ctrl-C
  ha events --type node,holding       only these types
  ha events --json --since 1d         for programs, one event in each line

Exit codes: 0, 2 wrong usage, 3 nobody to follow.`;

interface Options {
  readonly since?: string;
  readonly follow?: boolean;
  readonly type?: string;
  readonly json?: boolean;
}

const printer =
  ({ json, type }: Options, { print, coloured }: World): ((event: HaEvent) => void) =>
  (event) => {
    if (type !== undefined && !type.split(',').includes(event.type)) return;
    if (json === true) return print(`${eventLine(event)}\n`);
    print(`${painter(coloured)(eventText(event), isBad(event) ? 'red' : undefined)}\n`);
  };

/** Tells what happens from the instant `from` on, without what has been told. */
const follow = async (
  tell: (event: HaEvent) => void,
  told: readonly HaEvent[],
  from: number,
  world: World,
): Promise<number> => {
  const { daemons, interrupted, complain } = world;
  const names = daemons.list();
  if (typeof names === 'string' || names.length === 0) {
    complain(`ha: ${typeof names === 'string' ? names : 'no daemon of ha-suite runs here'}\n`);
    return STOPPED;
  }
  const read = newsReader(told);
  const hear = (line: string): void => {
    const event = read(line);
    if (event !== undefined && event.wall >= from) tell(event);
  };
  const problems = await Promise.all(
    names.map(({ socket }) => daemons.follow(socket, { ask: 'events', after: 0, follow: true }, hear, interrupted)),
  );
  for (const problem of problems) if (problem !== undefined) complain(`ha: ${problem}\n`);
  return problems.every((problem) => problem !== undefined) ? STOPPED : 0;
};

const show = async (options: Options, world: World): Promise<number> => {
  const from = options.since === undefined ? undefined : sinceInstant(options.since, world.wall());
  if (options.since !== undefined && from === undefined)
    throw new CommanderError(USAGE, 'ha.time', `--since must be like 2h or "2026-11-27 20:15", not '${options.since}'`);
  const tell = printer(options, world);
  const begun = world.wall();
  const past = world.daemons.past();
  // Somebody who follows without a beginning wants what comes, not what was.
  const shown = options.follow === true && from === undefined ? [] : past.filter(({ wall }) => wall >= (from ?? 0));
  for (const event of shown) tell(event);
  return options.follow === true ? follow(tell, past, from ?? begun, world) : 0;
};

/** `ha events`. */
export const eventsCommand: CommandMaker = (choose) =>
  new Command('events')
    .description('Tells what has happened: nodes, links, resources, addresses, checks, tables, each with its cause.')
    .option('--since <time>', 'from then on')
    .option('--follow', 'go on with what happens, until Ctrl-C')
    .option('--type <types>', 'only these types, separated by commas')
    .option('--json', 'print the events as JSON, one in each line')
    .addHelpText('after', HELP)
    .action((options: Options) => choose((world) => show(options, world)));
