/** `ha explain`: asks the daemons, reads the files and the journals, and prints why something is as it is. */
import { Command } from 'commander';
import { look } from '../status/look.js';
import type { MachineStatus } from '../status/status.js';
import type { CommandMaker, World } from '../sub-command.js';
import { explain } from './explain.js';
import { type Files, readFiles } from './files.js';
import { SUITE_FILE } from './node.js';
import { explanationJson, explanationText } from './report.js';

/** Exit codes: nothing has that name; no daemon of ha-suite runs here; a file that was named cannot be read. */
const NOT_KNOWN = 1;
const STOPPED = 3;
const NOT_CONFIGURED = 6;

const HA_CF = '/etc/ha.d/ha.cf';
const HARESOURCES = '/etc/ha.d/haresources';
const LDIRECTORD_CF = '/etc/ha.d/ldirectord.cf';

const HELP = `
NAME is an address, an address with a port, a node, a ping node, a real server as ldirectord.cf has it, or a resource of
haresources.

Examples:
  ha explain 10.0.0.100            why is it where it is, and why not on the other node?
  ha explain lb2                   why is that node dead?
  ha explain 192.168.0.1:80        why does that server get nothing?
  ha explain --json 10.0.0.100     for programs

Exit codes: 0 explained, 1 nothing has that name, 2 wrong usage, 3 explained as far as files and journals go: no daemon of
ha-suite answers here, 6 a file cannot be read.`;

interface Options {
  readonly haCf?: string;
  readonly haresources?: string;
  readonly ldirectordCf?: string;
  readonly json?: boolean;
}

/** The text of a file that need not be there. */
const textOf = ({ read }: World, path: string): string | undefined => {
  const found = read(path);
  return 'problem' in found ? undefined : found.text;
};

/** The configurations of the daemons that run, or the usual one. */
const directorPaths = ({ ldirectordCf }: Options, { directors }: MachineStatus): readonly string[] => {
  if (ldirectordCf !== undefined) return [ldirectordCf];
  const running = directors.flatMap(({ heard }) => (heard.snapshot === null ? [] : [heard.snapshot.config]));
  return running.length > 0 ? running : [LDIRECTORD_CF];
};

const gather = (options: Options, status: MachineStatus, world: World): Files => {
  const { haCf = HA_CF, haresources = HARESOURCES } = options;
  const haResourcesText = textOf(world, haresources);
  const files = readFiles({
    haCf,
    haCfText: textOf(world, haCf),
    haResources: haResourcesText === undefined ? undefined : { path: haresources, text: haResourcesText },
    directors: directorPaths(options, status).flatMap((path) => {
      const text = textOf(world, path);
      return text === undefined ? [] : [{ path, text }];
    }),
    hosts: textOf(world, '/etc/hosts') ?? '',
    services: textOf(world, '/etc/services') ?? '',
  });
  const suite = textOf(world, SUITE_FILE);
  if (suite === undefined) return files;
  return { ...files, lines: new Map([...files.lines, [SUITE_FILE, suite.split('\n')]]) };
};

const isSilent = ({ heartbeat, directors }: MachineStatus): boolean =>
  heartbeat.snapshot === null && directors.every(({ heard }) => heard.snapshot === null);

const show = async (word: string, options: Options, world: World): Promise<number> => {
  const { print, complain, coloured, daemons } = world;
  for (const path of [options.haCf, options.haresources, options.ldirectordCf]) {
    const named = path === undefined ? undefined : world.read(path);
    if (named === undefined || !('problem' in named)) continue;
    complain(`ha: ${path}: ${named.problem}\n`);
    return NOT_CONFIGURED;
  }
  const status = await look(world);
  const files = gather(options, status, world);
  for (const path of files.faulty)
    complain(`ha: ${path} has errors, so what it says may not be in force: ha check tells more\n`);
  const explained = explain({ status, files, events: daemons.past() }, word);
  if ('names' in explained) {
    const { suggestion, names } = explained;
    const hint = suggestion === undefined ? '' : ` (did you mean '${suggestion}'?)`;
    const known = names.length === 0 ? 'nothing is known here at all' : `known are ${names.join(', ')}`;
    complain(`ha: nothing is called '${word}'${hint}: ${known}\n`);
    return NOT_KNOWN;
  }
  print(options.json === true ? explanationJson(word, status.at, explained) : explanationText(explained, coloured));
  return isSilent(status) ? STOPPED : 0;
};

/** `ha explain`. */
export const explainCommand: CommandMaker = (choose) =>
  new Command('explain')
    .description(
      'Explains why something is as it is, why nobody else has it, which line decides, and what would change it.',
    )
    .argument('<name>', 'an address, a node, a real server or a resource')
    .option('--ha-cf <file>', `instead of ${HA_CF}`)
    .option('--haresources <file>', `instead of ${HARESOURCES}`)
    .option('--ldirectord-cf <file>', 'instead of the configurations of the daemons that run')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((word: string, options: Options) => choose((world) => show(word, options, world)));
