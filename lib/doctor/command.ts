/** `ha doctor`: its words, and its exit code. */
import { Command } from 'commander';
import type { CommandMaker, World } from '../ha/sub-command.js';
import { examine } from './examine.js';
import type { Readings } from './readings.js';
import { reportJson, reportText } from './report.js';

const BAD = 1;

const HELP = `
Examples:
  ha doctor                 is the running system well?
  ha doctor --json          for programs
  ha check                  the same for the files

Exit codes: 0 nothing is bad, 1 something is, 2 wrong usage.`;

interface Options {
  readonly json?: boolean;
}

/** `ha doctor`, with what takes the readings of this machine. */
export const doctorCommand =
  (takeReadings: (world: World) => Promise<Readings>): CommandMaker =>
  (choose) =>
    new Command('doctor')
      .description(
        'Examines the running system: nodes, links, addresses, the way of packets, the table; nothing is touched.',
      )
      .option('--json', 'print one JSON document')
      .addHelpText('after', HELP)
      .action(({ json = false }: Options) =>
        choose(async (world) => {
          const symptoms = examine(await takeReadings(world));
          world.print(json ? reportJson(symptoms) : reportText(symptoms, world.coloured));
          return symptoms.some(({ severity }) => severity === 'bad') ? BAD : 0;
        }),
      );
