/** The options of cl_status, read as getopt(3) reads them for the genuine one (heartbeat reference 7.6). */

export interface StatusCall {
  readonly flags: ReadonlySet<string>;
  readonly words: readonly string[];
  /** The argument of -p of hbparameter. */
  readonly parameter: string | undefined;
  /** What getopt says about options that the sub-command does not have. */
  readonly problems: readonly string[];
}

/** The letters that sub-commands know; all others know only `-m`. */
const LETTERS: Readonly<Record<string, string>> = {
  hbstatus: 'mv',
  listnodes: 'mvnp',
  listhblinks: 'mv',
  hbparameter: 'mp',
};

/** Options may stand anywhere among the words, several in one; `--` ends them. */
export const parseStatusOptions = (name: string, args: readonly string[]): StatusCall => {
  const known = LETTERS[name] ?? 'm';
  const flags = new Set<string>();
  const words: string[] = [];
  const problems: string[] = [];
  let parameter: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      words.push(...args.slice(index + 1));
      break;
    }
    if (!/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] ?? '';
      if (!known.includes(letter)) problems.push(`${name}: invalid option -- '${letter}'`);
      else if (letter !== 'p' || name !== 'hbparameter') flags.add(letter);
      else {
        // The rest of the word, or the next one, whatever it looks like.
        const rest = arg.slice(at + 1);
        parameter = rest === '' ? args[++index] : rest;
        if (parameter === undefined) problems.push(`${name}: option requires an argument -- 'p'`);
        break;
      }
    }
  }
  return { flags, words, parameter, problems };
};
