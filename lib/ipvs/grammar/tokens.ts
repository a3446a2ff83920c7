/** Splits an argument list into options and other words, with the conventions of popt. */
import { COMMANDS, type CommandName, SPELLINGS } from './options.js';

export type Token =
  | { readonly kind: 'command'; readonly name: CommandName; readonly value: string | undefined; readonly word: string }
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined; readonly word: string }
  /** An option that does not exist, or one whose value is missing. */
  | { readonly kind: 'bad'; readonly word: string; readonly problem: 'unknown option' | 'missing argument' };

export interface Tokens {
  readonly options: readonly Token[];
  /** Words that belong to no option; options may follow them. */
  readonly words: readonly string[];
}

interface Entry {
  readonly long: string;
  readonly short: string;
  readonly command: CommandName | undefined;
  readonly value: 'required' | 'optional' | undefined;
}

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

const commandEntry = (name: CommandName): Entry => {
  const entry: { short: string; long?: string; value?: boolean } = COMMANDS[name];
  return {
    long: entry.long ?? name,
    short: entry.short,
    command: name,
    value: entry.value === true ? 'required' : undefined,
  };
};

const ENTRIES: readonly Entry[] = [
  ...COMMAND_NAMES.map(commandEntry),
  ...Object.entries(SPELLINGS).map(([long, { short = '', value }]) => ({ long, short, command: undefined, value })),
];

const tokenOf = (entry: Entry, value: string | undefined, word: string): Token =>
  entry.command === undefined
    ? { kind: 'option', name: entry.long, value, word }
    : { kind: 'command', name: entry.command, value, word };

/**
 * Reads options until the words end; never fails, bad options are tokens too. A bad option ends the list, because
 * nothing after it can be understood.
 */
export const tokenise = (argv: readonly string[]): Tokens => {
  const options: Token[] = [];
  const words: string[] = [];
  let next = 0;
  /** Takes the value of an entry: attached to it, or the next word. False: it is missing. */
  const take = (entry: Entry, attached: string | undefined, word: string): boolean => {
    if (entry.value === undefined) {
      options.push(tokenOf(entry, undefined, word));
      return true;
    }
    const following = argv[next];
    const follows = following !== undefined && !(entry.value === 'optional' && following.startsWith('-'));
    if (attached !== undefined || follows) {
      options.push(tokenOf(entry, attached ?? following, word));
      if (attached === undefined) next += 1;
      return true;
    }
    if (entry.value === 'optional') options.push(tokenOf(entry, undefined, word));
    else options.push({ kind: 'bad', word, problem: 'missing argument' });
    return entry.value === 'optional';
  };
  const unknown = (word: string): Tokens => {
    options.push({ kind: 'bad', word, problem: 'unknown option' });
    return { options, words };
  };
  while (next < argv.length) {
    const word = argv[next] ?? '';
    next += 1;
    if (word === '--') return { options, words: [...words, ...argv.slice(next)] };
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const long = equals === -1 ? word.slice(2) : word.slice(2, equals);
      const entry = ENTRIES.find((one) => one.long === long);
      if (entry === undefined) return unknown(word);
      if (!take(entry, equals === -1 ? undefined : word.slice(equals + 1), word)) return { options, words };
    } else if (word.startsWith('-') && word.length > 1) {
      let at = 1;
      while (at < word.length) {
        const letter = word.charAt(at);
        const entry = ENTRIES.find((one) => one.short.includes(letter));
        if (entry === undefined) return unknown(word);
        at += 1;
        if (entry.value === undefined || at === word.length) {
          if (!take(entry, undefined, word)) return { options, words };
        } else {
          const rest = word.slice(at);
          take(entry, rest.startsWith('=') ? rest.slice(1) : rest, word);
          at = word.length;
        }
      }
    } else {
      words.push(word);
    }
  }
  return { options, words };
};
