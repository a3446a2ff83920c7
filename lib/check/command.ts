/** `ha check`: its words, what it prints and its exit code. Pure but for what it is given. */
import { Command } from 'commander';
import { hasErrors } from '../config/diagnostic.js';
import { type CommandMaker, USAGE, type World } from '../ha/sub-command.js';
import { inOrder } from './explain.js';
import { gather } from './gather.js';
import { reportJson, reportText } from './report.js';
import { applyRules } from './rules.js';

interface Options {
  readonly dir: string;
  readonly peer?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Exit code when something is wrong, as `ha-heartbeat --check` and `ldirectord-ts check` have it. */
const WRONG = 1;

const HELP = `
Examples:
  ha check                              the files and this machine
  ha check --strict --json              for a script: warnings count as errors
  scp -rp lb2:/etc/ha.d /root/lb2 && ha check --peer /root/lb2
                                        and what differs from the other node
  ha check --dir ./new                  files that are not in place yet

Exit codes: 0 no errors (with --strict: nothing at all), 1 errors, 2 wrong usage.`;

/** A folder without the slashes at its end. */
const folder = (path: string): string => path.replace(/(?<=.)\/+$/, '');

/** Does what the sub-command asks for; answers the exit code. Never throws on input. */
const runCheck = async ({ dir, peer, strict, json }: Options, world: World): Promise<number> => {
  const gathered = await gather(folder(dir), peer === undefined ? undefined : folder(peer), world);
  if (typeof gathered === 'string') {
    world.complain(`ha: ${gathered}\n`);
    return USAGE;
  }
  const { facts, diagnostics } = gathered;
  const findings = inOrder([...diagnostics, ...applyRules(facts)], [...facts.sources.keys()]);
  world.print(json === true ? reportJson(findings) : reportText(findings, world.coloured));
  return hasErrors(findings) || (strict === true && findings.length > 0) ? WRONG : 0;
};

/** `ha check`. */
export const checkCommand: CommandMaker = (choose) =>
  new Command('check')
    .description('Looks for mistakes in all files of the cluster together: with the machine, and with the other node.')
    .option('--dir <folder>', 'instead of /etc/ha.d', '/etc/ha.d')
    .option('--peer <folder>', 'compare with the files of the other node in this folder')
    .option('--strict', 'warnings count as errors')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((options: Options) => choose((world) => runCheck(options, world)));
