/** `ha import`: its words, and what it writes. Reads and writes files through what it is given; pure otherwise. */
import { Command, CommanderError, Option } from 'commander';
import { hasErrors } from '../config/diagnostic.js';
import { renderDiagnostic } from '../config/render.js';
import { type CommandMaker, USAGE, type World } from '../ha/sub-command.js';
import { decodeBytes, encodeBytes } from '../ldirectord/config/bytes.js';
import { type Imported, type ImportedFile, importFiles } from './import.js';
import type { ImportOptions } from './plan.js';
import type { GeneratedFile } from './render/files.js';
import { reportJson, reportText } from './report.js';
import { addressValue, deviceValue, nameValue, prefixedAddress } from './values.js';

interface Options {
  readonly node: string;
  readonly peer: string;
  readonly peerIp?: string;
  readonly interface?: string;
  readonly address: readonly string[];
  readonly haproxy: ImportOptions['haproxy'];
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Exit codes: something is reported; a file cannot be read or understood (as ha-heartbeat). */
const REPORTED = 1;
const NOT_UNDERSTOOD = 6;

const HELP = `
A keepalived.conf becomes ha.cf, haresources, authkeys, ldirectord.cf and ha-suite.ini. A haproxy.cfg becomes ldirectord.cf, or
monitors of a haproxy that stays. Both together make one set of files. What has no equivalent is told line by line.

Examples:
  ha import /etc/keepalived/keepalived.conf                    what would become of it?
  ha import keepalived.conf --peer-ip 10.0.0.12 --output new   write the files into the folder new
  ha import keepalived.conf haproxy.cfg --node a1 --peer a2    both files of a machine that is called a1
  ha import haproxy.cfg --address 10.0.0.100/24 --interface eth0
  ha import keepalived.conf --json                             for a program

Exit codes: 0 everything is carried over, 1 something is reported, 2 wrong usage, 6 a file cannot be understood.`;

/** An option whose value has to be well-formed. */
const reader =
  (option: string, what: string, isGood: (text: string) => boolean) =>
  (text: string): string => {
    if (!isGood(text)) throw new CommanderError(USAGE, 'ha.import', `${option} must be ${what}, not '${text}'`);
    return text;
  };

const nodeName = (option: string) =>
  reader(option, 'the name of a node, as uname -n prints it', (text) => nameValue(text) !== undefined);
const address = reader('--address', 'an address such as 10.0.0.100/24', (text) => prefixedAddress(text) !== undefined);

const fail = (world: World, problem: string, code: number): number => {
  world.complain(`${problem}\n`);
  return code;
};

/** Bytes as one character each, as files are read and written here. */
const toLatin1 = (text: string): string => Buffer.from(encodeBytes(text)).toString('latin1');

const headed = (files: readonly GeneratedFile[]): string =>
  files.map(({ name, text }) => `==> ${name} <==\n${text.trimEnd()}\n`).join('\n');

const inFolder = (folder: string, name: string): string => `${folder}${folder.endsWith('/') ? '' : '/'}${name}`;

/** Writes the files; a number is the exit code of a failure. */
const writeAll = (
  files: readonly GeneratedFile[],
  folder: string,
  force: boolean,
  world: World,
): number | undefined => {
  const pathOf = ({ name }: GeneratedFile): string => inFolder(folder, name);
  const there = files.map(pathOf).filter((path) => 'text' in world.read(path));
  if (there.length > 0 && !force)
    return fail(
      world,
      there.map((path) => `ha: ${path} is there already: name another folder, or say --force`).join('\n'),
      USAGE,
    );
  for (const file of files) {
    const problem = world.write(pathOf(file), toLatin1(file.text), file.mode, force);
    if (problem !== undefined) return fail(world, `ha: ${pathOf(file)}: ${problem}`, USAGE);
  }
  return undefined;
};

const told = (imported: Imported, options: Options, world: World): number => {
  const { output, force = false, json = false } = options;
  const failed = output === undefined ? undefined : writeAll(imported.files, output, force, world);
  if (failed !== undefined) return failed;
  if (json) world.print(reportJson(imported));
  else {
    if (output === undefined) world.print(headed(imported.files));
    else world.print(imported.files.map(({ name }) => `${inFolder(output, name)}\n`).join(''));
    world.complain(reportText(imported, world.coloured));
  }
  return imported.remarks.length === 0 ? 0 : REPORTED;
};

/** Does what the sub-command asks for; answers the exit code. Never throws on input. */
const runImport = (paths: readonly string[], options: Options, world: World): number => {
  if (options.node.toLowerCase() === options.peer.toLowerCase())
    return fail(world, 'ha: --node and --peer are two machines with different names', USAGE);
  const inputs: ImportedFile[] = [];
  for (const path of paths) {
    const read = world.read(path);
    if ('problem' in read) return fail(world, `ha: ${path}: ${read.problem}`, NOT_UNDERSTOOD);
    inputs.push({ path, text: decodeBytes(Buffer.from(read.text, 'latin1')) });
  }
  const imported = importFiles(inputs, {
    node: options.node,
    peer: options.peer,
    peerIp: options.peerIp,
    device: options.interface,
    addresses: options.address,
    haproxy: options.haproxy,
  });
  if ('files' in imported) return told(imported, options, world);
  const problems = imported.filter((diagnostic) => hasErrors([diagnostic]));
  return fail(world, problems.map(renderDiagnostic).join('\n'), NOT_UNDERSTOOD);
};

/** `ha import`. */
export const importCommand: CommandMaker = (choose) =>
  new Command('import')
    .description('Turns the configuration of keepalived and haproxy into files of heartbeat and ldirectord.')
    .argument('<file...>', 'keepalived.conf, haproxy.cfg, or both')
    .option('--node <name>', 'the machine whose file it is', nodeName('--node'), 'lb1')
    .option('--peer <name>', 'the other machine', nodeName('--peer'), 'lb2')
    .option(
      '--peer-ip <address>',
      'its address, for ucast instead of mcast',
      reader('--peer-ip', 'an address', (text) => addressValue(text) !== undefined),
    )
    .option(
      '--interface <name>',
      'of the heartbeats, where only haproxy.cfg is given',
      reader('--interface', 'the name of an interface', (text) => deviceValue(text) !== undefined),
    )
    .option(
      '--address <address>',
      'that moves, where only haproxy.cfg is given; may be repeated',
      (text: string, all: readonly string[]) => [...all, address(text)],
      [],
    )
    .addOption(
      new Option('--haproxy <what>', 'what becomes of it').choices(['auto', 'keep', 'replace']).default('auto'),
    )
    .option('--output <folder>', 'write the files there, instead of printing them')
    .option('--force', 'overwrite files that are there already')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action((paths: readonly string[], options: Options) => choose((world) => runImport(paths, options, world)));
