/** Splits the command of a respawn or failfast line into words, when that takes no shell. */

/** What only a shell understands outside quotes, and inside double quotes; `#` never gets here (it starts a comment). */
const SHELL = /[|&;<>()$`\\*?[\]{}\n]/;
const SHELL_IN_QUOTES = /[$`\\]/;

const WORD = /(?:[^\s'"]+|'[^']*'|"[^"]*")+/y;
const PART = /'([^']*)'|"([^"]*)"|([^\s'"]+)/g;

/** The text of one word; undefined when a shell would make something else of it. */
const literal = (word: string): string | undefined => {
  let text = '';
  for (const [, single, double, bare] of word.matchAll(PART)) {
    if (bare !== undefined && (SHELL.test(bare) || (text === '' && bare.startsWith('~')))) return undefined;
    if (double !== undefined && SHELL_IN_QUOTES.test(double)) return undefined;
    text += single ?? double ?? bare ?? '';
  }
  return text;
};

/**
 * The words of a command made of plain words and quotes; undefined when it is more than that (redirection, variables,
 * an open quote, …) and only a shell can say what it means.
 */
export const commandWords = (command: string): readonly string[] | undefined => {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(command[at] ?? '')) at += 1;
    if (at >= command.length) return words.length === 0 ? undefined : words;
    WORD.lastIndex = at;
    const found = WORD.exec(command)?.[0];
    const word = found === undefined ? undefined : literal(found);
    if (found === undefined || word === undefined) return undefined;
    words.push(word);
    at += found.length;
    // A word must end at a blank: otherwise a quote was left open.
    if (at < command.length && !/\s/.test(command[at] ?? '')) return undefined;
  }
};

/** What is executed: the words themselves, or what genuine runs for every command (heartbeat reference 9.1). */
export const commandVector = (command: string): readonly string[] =>
  commandWords(command) ?? ['/bin/sh', '-c', `exec ${command}`];
