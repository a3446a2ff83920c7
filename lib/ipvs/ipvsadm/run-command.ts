/** Runs one ipvsadm command line against a backend, with ipvsadm's output, messages and exit statuses. */
import { keyText, sameKey } from '../address.js';
import { applyChange } from '../apply.js';
import type { Command, ListOptions, Names } from '../grammar/command.js';
import { printConnections, printDaemons, printListing, printTimeouts } from '../grammar/listing.js';
import { parseCommand } from '../grammar/parse-command.js';
import { printSaved, type SaveNames } from '../grammar/save.js';
import type { Change, Table } from '../model.js';
import type { Backend } from './backend.js';
import { restoreWords } from './restore-words.js';

export interface Output {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Context {
  readonly backend: Backend;
  /** Numbers for names in command lines. */
  readonly names: Names;
  /** Names for numbers in listings without -n; may ask a name service, so it is told beforehand what will be needed. */
  readonly printedNames: (table: Table) => Promise<SaveNames>;
  /** How the program was called. */
  readonly program: string;
  /** All of standard input; only -R reads it. */
  readonly input: string;
  readonly help: string;
  readonly version: string;
}

const NUMBERS: SaveNames = { host: (address) => address, port: (port) => port };

const printed = (stdout: string): Output => ({ status: 0, stdout, stderr: '' });

const done = (reason: string | undefined): Output =>
  reason === undefined ? printed('') : { status: 255, stdout: '', stderr: `${reason}\n` };

const list = async (options: ListOptions, context: Context): Promise<Output> => {
  const { backend } = context;
  if (options.what === 'timeouts') return printed(printTimeouts(...(await backend.timeouts())));
  if (options.what === 'daemons') return printed(printDaemons(await backend.daemons()));
  const table = await backend.read();
  if (options.what === 'connections')
    return printed(printConnections(await backend.connections(table), options.persistenceEngine));
  const { only } = options;
  const services = only === undefined ? table.services : table.services.filter((one) => sameKey(one.key, only));
  // Observed: the only failure of the kernel's that is reported with 1.
  if (only !== undefined && services.length === 0) return { status: 1, stdout: '', stderr: 'No such service\n' };
  const names = options.numeric ? NUMBERS : await context.printedNames({ services });
  return printed(printListing({ services }, options, names, await backend.counters(table)));
};

/** Options that a change cannot carry must not be dropped silently. */
const beyondReason = (beyond: readonly string[]): string =>
  beyond[0] === '--pe'
    ? 'Scheduler or persistence engine not found'
    : `${beyond[0]} needs ip_vs: this engine does not build tunnels`;

const change = async (changes: readonly Change[], context: Context): Promise<string> =>
  (await context.backend.apply(changes)).map(({ reason }) => `${reason}\n`).join('');

const clear = async (context: Context): Promise<Output> => {
  const { services } = await context.backend.read();
  const stderr = await change(
    services.map(({ key }) => ({ kind: 'delete-service' as const, key })),
    context,
  );
  return { status: stderr === '' ? 0 : 255, stdout: '', stderr };
};

const zero = async (command: Extract<Command, { kind: 'zero' }>, context: Context): Promise<Output> => {
  const { key } = command;
  if (key !== undefined) {
    const { services } = await context.backend.read();
    if (!services.some((service) => keyText(service.key) === keyText(key))) return done('No such service');
  }
  await context.backend.zero(key);
  return printed('');
};

/**
 * The lines of -R, each a command line of its own. As in genuine, a line that cannot be understood ends everything with
 * its status; one that is refused only says so, and the status stays 0.
 */
const restore = async (context: Context): Promise<Output> => {
  let stdout = '';
  let stderr = '';
  let batch: Change[] = [];
  // Changes in a row are one batch: an engine makes one transaction of them.
  const flush = async (): Promise<void> => {
    const changes = batch;
    batch = [];
    if (changes.length > 0) stderr += await change(changes, context);
  };
  for (const line of context.input.split('\n')) {
    const words = restoreWords(line);
    if (words.length === 0) continue;
    const parsed = parseCommand(words, context);
    if ('error' in parsed) {
      await flush();
      return { status: parsed.error.status, stdout, stderr: stderr + parsed.error.text };
    }
    const { command } = parsed;
    if (command.kind === 'change' && command.beyond.length === 0) batch.push(command.change);
    else {
      await flush();
      const output = await runParsed(command, context);
      stdout += output.stdout;
      stderr += output.stderr;
    }
  }
  await flush();
  return { status: 0, stdout, stderr };
};

const runParsed = async (command: Command, context: Context): Promise<Output> => {
  const { backend } = context;
  switch (command.kind) {
    case 'change': {
      if (command.beyond.length > 0) {
        const result = applyChange(await backend.read(), command.change);
        return done('reason' in result ? result.reason : beyondReason(command.beyond));
      }
      const stderr = await change([command.change], context);
      return { status: stderr === '' ? 0 : 255, stdout: '', stderr };
    }
    case 'clear':
      return clear(context);
    case 'restore':
      return restore(context);
    case 'save': {
      const table = await backend.read();
      return printed(printSaved(table, command.numeric ? NUMBERS : await context.printedNames(table)));
    }
    case 'list':
      return list(command.list, context);
    case 'zero':
      return zero(command, context);
    case 'set-timeouts':
      return done(await backend.setTimeouts(command.tcp, command.tcpFin, command.udp));
    case 'start-daemon':
      return done(await backend.startDaemon(command.daemon));
    case 'stop-daemon':
      return done(await backend.stopDaemon(command.state));
    case 'help':
      return printed(context.help);
    case 'version':
      return printed(context.version);
  }
};

/** What ipvsadm would do with `argv`. Rejects only when the backend cannot be reached. */
export const runCommand = async (argv: readonly string[], context: Context): Promise<Output> => {
  const parsed = parseCommand(argv, context);
  if ('error' in parsed) return { status: parsed.error.status, stdout: '', stderr: parsed.error.text };
  return runParsed(parsed.command, context);
};
