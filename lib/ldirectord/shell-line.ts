/** Splits a configured command line into words as a shell would, without running one (ldirectord reference 4.7). */

/** What the line comes to: words to run directly, or a line that only a shell can understand. */
export type CommandLine =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'shell'; readonly line: string };

/** Outside quotes these mean something to a shell that splitting cannot do. */
const SPECIAL = /[|&;<>()$`*?[\]{}~!#\n]/;

/** Inside double quotes these still do. */
const SPECIAL_IN_QUOTES = /[$`]/;

/**
 * Blanks separate words; single quotes, double quotes and backslashes quote as in a shell.
 *
 * A line with variables, pipes, patterns, redirections and the like, with an assignment in front or with an open quote
 * is left to a real shell, which is what the genuine program uses.
 */
export const splitCommandLine = (line: string): CommandLine => {
  const shell: CommandLine = { kind: 'shell', line };
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "'") {
      if (char === "'") quote = undefined;
      else word += char;
    } else if (quote === '"') {
      if (char === '"') quote = undefined;
      else if (SPECIAL_IN_QUOTES.test(char)) return shell;
      else if (char === '\\' && /["\\]/.test(next)) {
        word += next;
        at += 1;
      } else if (char === '\\' && /[$`\n]/.test(next)) return shell;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') {
      if (next === '' || next === '\n') return shell;
      word = (word ?? '') + next;
      at += 1;
    } else if (/[ \t]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (SPECIAL.test(char)) return shell;
    else word = (word ?? '') + char;
  }
  if (quote !== undefined) return shell;
  if (word !== undefined) words.push(word);
  return words[0] !== undefined && /^[A-Za-z_][A-Za-z0-9_]*=/.test(words[0]) ? shell : { kind: 'words', words };
};

/**
 * The words that run a configured command with more arguments behind its own. A line that only a shell understands is
 * given to /bin/sh as genuine does, the arguments handed over separately (ldirectord reference 7, no. 18).
 */
export const withArguments = (line: string, args: readonly string[]): readonly string[] => {
  const split = splitCommandLine(line);
  return split.kind === 'words' ? [...split.words, ...args] : ['/bin/sh', '-c', `${split.line} "$@"`, 'sh', ...args];
};

/** The words that run a program with a configured line as its arguments, and one word behind it (reference 5.8). */
export const asArguments = (program: readonly string[], line: string, last: string): readonly string[] => {
  const split = splitCommandLine(line);
  if (split.kind === 'words') return [...program, ...split.words, last];
  const places = program.map((_, index) => `"$${index + 1}"`).join(' ');
  return ['/bin/sh', '-c', `${places} ${split.line} ${last}`, 'sh', ...program];
};
