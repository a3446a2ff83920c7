/** `ha status`: asks the daemons of this machine, and prints what they say. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { CommandMaker, World } from '../sub-command.js';
import { look } from './look.js';
import { statusText } from './report.js';
import type { MachineStatus } from './status.js';

const TROUBLE = 1;
/** As the genuine programs answer for a daemon that does not run. */
const STOPPED = 3;

/** How often `--watch` asks, in milliseconds. */
const WATCH_EVERY = 1000;
/** Cursor home, and the rest of the screen cleared: nothing flickers. */
const HOME = '\x1b[H\x1b[J';
const CLEAR = '\x1b[2J';

const HELP = `
Examples:
  ha status                 both nodes, the groups, the real servers
  ha status --watch         the same, every second, until Ctrl-C
  ha status --json          for programs

Exit codes: 0 all is well, 1 something is not (the lines with ! say what), 2 wrong usage, 3 no daemon of ha-suite runs here.`;

interface Options {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const exitCode = ({ heartbeat, directors, troubles }: MachineStatus): number => {
  if (heartbeat.snapshot === null && directors.every(({ heard }) => heard.snapshot === null)) return STOPPED;
  return troubles.length === 0 ? 0 : TROUBLE;
};

const show = async ({ json = false, watch = false }: Options, world: World): Promise<number> => {
  const { print, coloured, interrupted } = world;
  const render = (status: MachineStatus): string =>
    json ? `${JSON.stringify(status)}\n` : statusText(status, coloured);
  if (!watch) {
    const status = await look(world);
    print(render(status));
    return exitCode(status);
  }
  const redraws = coloured && !json;
  if (redraws) print(CLEAR);
  while (!interrupted.aborted) {
    print(`${redraws ? HOME : ''}${render(await look(world))}`);
    await sleep(WATCH_EVERY, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return 0;
};

/** `ha status`. */
export const statusCommand: CommandMaker = (choose) =>
  new Command('status')
    .description('Shows the cluster as the daemons of this machine see it: nodes, links, groups, real servers.')
    .option('--watch', 'show it again every second, until Ctrl-C')
    .option('--json', 'print one JSON document (with --watch: one in each line)')
    .addHelpText('after', HELP)
    .action((options: Options) => choose((world) => show(options, world)));
