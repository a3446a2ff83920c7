/** The command `ha`: what is ours beyond the genuine commands, as sub-commands. */
import { Command, CommanderError } from 'commander';
import { rehearseCommand, runRehearse, type Said, type World } from './command.js';

const EXAMPLES = `
Examples:
  ha rehearse "lb1 loses power at 10s"     what would happen, with the files of this machine?
  ha rehearse --help                       all that can be said

See ha(8).`;

/** Reads the words behind `ha` and does what they ask for. Never throws on input. */
export const runHa = (words: readonly string[], version: string, world: World): Said => {
  let [stdout, stderr] = ['', ''];
  let said: Said | undefined;
  const writes = {
    writeOut: (text: string) => {
      stdout += text;
    },
    writeErr: (text: string) => {
      stderr += text;
    },
  };
  const rehearsing = rehearseCommand((story, options) => {
    said = runRehearse(story, options, world);
  });
  const program = new Command('ha')
    .description('Asks and rehearses a cluster of heartbeat and ldirectord.')
    .version(version, '--version', 'print the version of ha-suite')
    .addHelpText('after', EXAMPLES)
    .addCommand(rehearsing);
  for (const command of [program, rehearsing]) command.exitOverride().configureOutput(writes);
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const own = error.code.startsWith('ha.') ? `ha: ${error.message}\n` : '';
    return { stdout, stderr: `${stderr}${own}`, code: error.exitCode === 0 ? 0 : 2 };
  }
  return said ?? { stdout, stderr, code: 2 };
};
