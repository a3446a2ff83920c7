/** The command `ha`: what is ours beyond the genuine commands, as sub-commands. */
import { Command, CommanderError } from 'commander';
import { type Deed, type SubCommand, USAGE, type World } from './sub-command.js';

const EXAMPLES = `
Examples:
  ha status                                how are both nodes, the groups, the real servers?
  ha events --since 2h                     what has happened, and why?
  ha explain 10.0.0.100                    why is this address where it is?
  ha timeline --from 2h                    the same as one story, with causes and outages
  ha serve                                 the same as a page in a browser, and for Prometheus
  ha check                                 is anything wrong in the files of the cluster?
  ha doctor                                and in the running system?
  ha drain web1 --wait                     when may this web server be stopped?
  ha import keepalived.conf                what do its lines become here?
  ha rehearse "lb1 loses power at 10s"     what would happen, with the files of this machine?
  ha rehearse --help                       all that can be said

See ha(8).`;

/** Reads the words behind `ha` and does what they ask for; answers the exit code. Throws nothing on input. */
export const runHa = async (
  words: readonly string[],
  version: string,
  subCommands: readonly SubCommand[],
  world: World,
): Promise<number> => {
  let deed: Deed | undefined;
  const program = new Command('ha')
    .description('Shows, asks and rehearses a cluster of heartbeat and ldirectord.')
    .version(version, '--version', 'print the version of ha-suite')
    .addHelpText('after', EXAMPLES);
  for (const { name, summary, load } of subCommands) {
    const make = words.includes(name) ? await load() : undefined;
    const command = make?.((chosen) => {
      deed = chosen;
    });
    program.addCommand((command ?? new Command(name)).summary(summary));
  }
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: world.print, writeErr: world.complain });
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code.startsWith('ha.')) world.complain(`ha: ${error.message}\n`);
    return error.exitCode === 0 ? 0 : USAGE;
  }
  if (deed === undefined) return USAGE;
  try {
    return await deed(world);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    world.complain(`ha: ${error.message}\n`);
    return USAGE;
  }
};
