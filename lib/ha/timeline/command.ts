/** `ha timeline`: reads the journals of this machine and of others, and tells one story of them. */
import { Command } from 'commander';
import { type HaEvent, parseEventLine } from '../../events/event.js';
import { rangeOf } from '../instant.js';
import type { CommandMaker, World } from '../sub-command.js';
import { machineOf } from './matching.js';
import { timelinePage } from './page.js';
import { timelineJson, timelineText } from './report.js';
import { timelineOf } from './timeline.js';

/** A file cannot be read or written. */
const FAILED = 1;

/** A page for others holds no secret: no more than the journals, which everybody on this machine may read. */
const PAGE_MODE = 0o644;

const HELP = `
TIME is like 90s, 15m, 2h or 3d (so long ago), or a date and time such as "2026-11-27 20:15".
FILE is a journal of the other node: its /var/log/ha-suite/*.events, or what ha events --json printed there.

Examples:
  ha timeline --from 2h                                 what went wrong in the last two hours, as this node saw it
  scp 'lb1:/var/log/ha-suite/*.events' /tmp/lb1/
  ha timeline --from 2h --peer /tmp/lb1/*.events        the same, as both saw it
  ha timeline --peer /tmp/lb1/*.events --html story.html

Exit codes: 0, 1 a file cannot be read or written, 2 wrong usage.`;

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly peer?: readonly string[];
  readonly html?: string;
  readonly json?: boolean;
}

/** The events of a file; what is no event, half a line after a crash too, is passed over. */
const eventsIn = (text: string): readonly HaEvent[] =>
  // Files are read byte by byte, and journals are UTF-8.
  Buffer.from(text, 'latin1')
    .toString('utf8')
    .split('\n')
    .flatMap((line) => parseEventLine(line) ?? []);

const show = (options: Options, world: World): number => {
  const { read, write, print, complain, coloured, daemons, wall } = world;
  const range = rangeOf(options, wall());
  const past = daemons.past();
  const events: HaEvent[] = [...past];
  for (const path of options.peer ?? []) {
    const file = read(path);
    const found = 'problem' in file ? [] : eventsIn(file.text);
    if (found.length === 0) {
      complain(`ha: ${path}: ${'problem' in file ? file.problem : 'there is no event of ha-suite in it'}\n`);
      return FAILED;
    }
    for (const event of found) events.push(event);
  }
  const [own] = past;
  const timeline = timelineOf(events, own === undefined ? undefined : machineOf(own.node), range);
  if (options.html !== undefined) {
    const problem = write(options.html, timelinePage(timeline), PAGE_MODE, true);
    if (problem !== undefined) {
      complain(`ha: ${options.html}: ${problem}\n`);
      return FAILED;
    }
  }
  if (options.json === true) print(timelineJson(timeline));
  else if (options.html === undefined) print(timelineText(timeline, coloured));
  return 0;
};

/** `ha timeline`. */
export const timelineCommand: CommandMaker = (choose) =>
  new Command('timeline')
    .description(
      'Tells what went wrong and how it ended, from the journals of both nodes, in one order and on one clock.',
    )
    .option('--from <time>', 'what happened from then on')
    .option('--to <time>', 'what happened until then')
    .option('--peer <file...>', 'journals of the other node')
    .option('--html <file>', 'write a page for others; it replaces a file that is there')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((options: Options) => choose((world) => show(options, world)));
