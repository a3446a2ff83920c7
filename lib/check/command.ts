/** `ha check`: its words, what it prints and its exit code. Pure but for what it is given. */
import { Command } from 'commander';
import { hasErrors } from '../config/diagnostic.js';
import { type CommandMaker, USAGE, type World } from '../ha/sub-command.js';
import { inOrder } from './explain.js';
import type { Facts } from './facts.js';
import { gather } from './gather.js';
import { reportJson, reportText } from './report.js';
import { applyRules } from './rules.js';
import { askTold } from './told.js';

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
  ha check                              the files and this machine; and which files the
                                        other node has otherwise, if heartbeat runs
  ha check --strict --json              for a script: warnings count as errors
  scp -rp lb2:/etc/ha.d /root/lb2 && ha check --peer /root/lb2
                                        and what differs from the other node
  ha check --dir ./new                  files that are not in place yet

Exit codes: 0 no errors (with --strict: nothing at all), 1 errors, 2 wrong usage.`;

/** The folder whose files the running heartbeat knows. */
const HA_D = '/etc/ha.d';

/** Only a cluster whose files are in force has another node that could be asked for. */
const isAsked = ({ dir, peer, heartbeat }: Facts): boolean =>
  dir === HA_D && peer === undefined && (heartbeat?.config.nodes.length ?? 0) > 1;

/** A folder without the slashes at its end. */
const folder = (path: string): string => path.replace(/(?<=.)\/+$/, '');

/** Does what the sub-command asks for; answers the exit code. Never throws on input. */
const runCheck = async ({ dir, peer, strict, json }: Options, world: World): Promise<number> => {
  const gathered = await gather(folder(dir), peer === undefined ? undefined : folder(peer), world);
  if (typeof gathered === 'string') {
    world.complain(`ha: ${gathered}\n`);
    return USAGE;
  }
  const { diagnostics } = gathered;
  const told = isAsked(gathered.facts) ? await askTold(world) : undefined;
  const facts: Facts = { ...gathered.facts, told };
  const findings = inOrder([...diagnostics, ...applyRules(facts)], [...facts.sources.keys()]);
  world.print(json === true ? reportJson(findings, told) : reportText(findings, told, world.coloured));
  return hasErrors(findings) || (strict === true && findings.length > 0) ? WRONG : 0;
};

/** `ha check`. */
export const checkCommand: CommandMaker = (choose) =>
  new Command('check')
    .description('Looks for mistakes in all files of the cluster together: with the machine, and with the other node.')
    .option('--dir <folder>', 'instead of /etc/ha.d', HA_D)
    .option('--peer <folder>', 'compare with the files of the other node in this folder')
    .option('--strict', 'warnings count as errors')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((options: Options) => choose((world) => runCheck(options, world)));
