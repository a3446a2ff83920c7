/** The command line of ldirectord, which keeps its old grammar exactly (ldirectord reference 1.1). */
import { Command, CommanderError } from 'commander';

/** `check` is ours; all others are the genuine ones. */
export const COMMANDS = [
  'start',
  'stop',
  'restart',
  'try-restart',
  'reload',
  'force-reload',
  'status',
  'check',
] as const;
export type CommandWord = (typeof COMMANDS)[number];

export type Invocation =
  | { readonly kind: 'help' | 'version' }
  /** Wrong use; `complaint` goes to standard error before the usage text. */
  | { readonly kind: 'usage'; readonly complaint: string | undefined }
  | {
      readonly kind: 'command';
      readonly command: CommandWord;
      /** The configuration as typed; undefined: none was given. */
      readonly configWord: string | undefined;
      /** All words as typed, for the log. */
      readonly words: readonly string[];
      readonly debug: boolean;
      /** `check` and `status` for machines. */
      readonly json: boolean;
      /** `status` with the live state, for people. */
      readonly table: boolean;
      /** Beside the genuine program, whose table is only read. */
      readonly shadow: boolean;
      /** Stays in the foreground and logs to standard output: `--shadow` without a command. */
      readonly foreground: boolean;
    };

type Form = Pick<Extract<Invocation, { kind: 'command' }>, 'json' | 'table'>;

const isCommand = (word: string | undefined): word is CommandWord => COMMANDS.some((command) => command === word);

/** `--nosuch` is reported as `nosuch`, `-x` as `x`. */
const unknownOption = (message: string): string => {
  const option = /'-{1,2}([^'=]*)/.exec(message)?.[1] ?? '';
  return `Unknown option: ${option}`;
};

const grammar = (): Command =>
  new Command('ldirectord')
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .passThroughOptions()
    .allowExcessArguments()
    .option('-d, --debug')
    .option('-h, --help')
    .option('-?')
    .option('-v, --version')
    .option('--shadow')
    .argument('[words...]');

/** Said where somebody asks for a shadow and would get a daemon that acts, or nothing. */
const MISPLACED = '--shadow goes before the configuration: ldirectord-ts --shadow [configfile] [command]';

const interpret = (words: readonly string[], debug: boolean): Invocation => {
  if (words.includes('--shadow')) return { kind: 'usage', complaint: MISPLACED };
  // One word is the command; of two or more the first is the configuration, and what follows the second is ignored.
  const [first, second] = words;
  const command = words.length === 1 ? first : second;
  if (!isCommand(command)) return { kind: 'usage', complaint: undefined };
  const configWord = words.length === 1 ? undefined : first;
  const form = formOf(command, words.slice(2));
  return { kind: 'command', command, configWord, words, debug, ...form, shadow: false, foreground: false };
};

/** Behind --shadow, where no script knows anything yet, the command may be left out, and nothing is ignored. */
const interpretShadow = (words: readonly string[], debug: boolean): Invocation => {
  const [first, second] = words;
  const isAlone = first === undefined || isCommand(first);
  const rest = words.slice(isAlone ? 1 : 2);
  const command = isAlone ? first : (second ?? undefined);
  const wrong = (complaint: string): Invocation => ({ kind: 'usage', complaint });
  if (command !== undefined && !isCommand(command)) return wrong(`${command} is no command`);
  if (command === 'check') return wrong('check starts nothing: it needs no --shadow');
  const form = formOf(command ?? 'start', rest);
  const strange = rest.find((word) => command !== 'status' || (word !== '--json' && word !== '--table'));
  if (strange !== undefined) return wrong(`${strange} is not understood behind --shadow`);
  const configWord = isAlone ? undefined : first;
  const foreground = command === undefined;
  return { kind: 'command', command: command ?? 'start', configWord, words, debug, ...form, shadow: true, foreground };
};

/** Words behind the command are ignored by genuine, so that these two do no harm there. */
const formOf = (command: CommandWord, rest: readonly string[]): Form => ({
  json: (command === 'check' || command === 'status') && rest.includes('--json'),
  table: command === 'status' && rest.includes('--table'),
});

/** `ldirectord check --json` looks like a configuration called "check": no other program has ever been called so. */
const withoutConfig = (argv: readonly string[]): Invocation | undefined => {
  const [command, option = ''] = argv;
  if (argv.length !== 2 || (command !== 'check' && command !== 'status')) return undefined;
  const form = formOf(command, [option]);
  if (!form.json && !form.table) return undefined;
  return {
    kind: 'command',
    command,
    configWord: undefined,
    words: argv,
    debug: false,
    ...form,
    shadow: false,
    foreground: false,
  };
};

/** Understands the words after the program name; option parsing stops at the first word that is no option. */
export const parseArguments = (argv: readonly string[]): Invocation => {
  const short = withoutConfig(argv);
  if (short !== undefined) return short;
  const program = grammar();
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    const message = error instanceof CommanderError ? error.message : '';
    return { kind: 'usage', complaint: unknownOption(message) };
  }
  const options: Readonly<Record<string, unknown>> = program.opts();
  if (options.help === true || options['?'] === true) return { kind: 'help' };
  if (options.version === true) return { kind: 'version' };
  const read = options.shadow === true ? interpretShadow : interpret;
  return read(program.args, options.debug === true);
};
