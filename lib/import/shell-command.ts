/** The command line of a check as `[monitor NAME]` can have it: without a shell, or as a look that the daemon takes itself. */
import { checkTarget } from '../config/monitor-values.js';
import { whole } from './values.js';

/** What a monitor does: some of its keys by name, and what is different now. */
export interface Probe {
  readonly keys: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

export type Probes = { readonly probes: readonly Probe[] } | { readonly problem: string };

type Piece = { readonly kind: 'word'; readonly text: string } | { readonly kind: 'operator'; readonly text: string };

const OPERATORS = /^(?:&&|\|\||[0-9]?>>?&?|&>|[0-9]?<|[|;&()])/;

/** Cuts a command line as a shell would; undefined when it uses what only a shell can do. */
const piecesOf = (line: string): readonly Piece[] | undefined => {
  const pieces: Piece[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const operator = OPERATORS.exec(rest)?.[0];
    if (operator !== undefined) {
      pieces.push({ kind: 'operator', text: operator });
      rest = rest.slice(operator.length).trimStart();
      continue;
    }
    const word = /^(?:[^\s'"\\|;&<>()$`*?~#]|'[^']*'|"[^"$`\\]*")+/.exec(rest)?.[0];
    if (word === undefined) return undefined;
    pieces.push({ kind: 'word', text: word.replace(/'([^']*)'|"([^"]*)"/g, (_, one = '', two = '') => one + two) });
    rest = rest.slice(word.length).trimStart();
  }
  return pieces;
};

/** Programs that such lines name without a path. */
const FOLDER = '/usr/bin/';
const PROGRAMS = new Set([
  ...['killall', 'pidof', 'pgrep', 'curl', 'wget', 'nc', 'systemctl', 'test', 'ping', 'mysqladmin', 'mysql', 'psql'],
  ...['pg_isready', 'redis-cli', 'docker', 'dig', 'host', 'python3', 'perl', 'php', 'bash', 'sh', 'timeout', 'grep'],
]);

/** Options of curl(1) that a page check has in itself, with whether an argument follows. */
const CURL: Readonly<Record<string, boolean>> = {
  k: false,
  insecure: false,
  s: false,
  silent: false,
  S: false,
  'show-error': false,
  f: false,
  fail: false,
  I: false,
  head: false,
  o: true,
  output: true,
  m: true,
  'max-time': true,
  'connect-timeout': true,
};

/** The options of a command line: names without dashes, each with its argument; undefined when one is not known. */
const curlOptions = (
  words: readonly string[],
): { readonly options: ReadonlyMap<string, string>; readonly urls: readonly string[] } | undefined => {
  const options = new Map<string, string>();
  const urls: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('-')) {
      urls.push(word);
      continue;
    }
    const names = word.startsWith('--') ? [word.slice(2)] : [...word.slice(1)];
    for (const [index, name] of names.entries()) {
      const takesArgument = Object.hasOwn(CURL, name) ? CURL[name] : undefined;
      if (takesArgument === undefined || (takesArgument && index < names.length - 1)) return undefined;
      options.set(name, takesArgument ? (queue.shift() ?? '') : '');
    }
  }
  return { options, urls };
};

/** `curl URL` as a page check; undefined where it asks for more than that one can do. */
const pageProbe = (words: readonly string[]): Probe | undefined => {
  const read = curlOptions(words);
  const [url = '', ...others] = read?.urls ?? [];
  if (read === undefined || others.length > 0 || !checkTarget(url).ok || !/^https?:/.test(url)) return undefined;
  const has = (...names: readonly string[]): boolean => names.some((name) => read.options.has(name));
  const output = read.options.get('o') ?? read.options.get('output') ?? '/dev/null';
  if (output !== '/dev/null') return undefined;
  const keys = new Map([['check', url]]);
  if (url.startsWith('https:') && !has('k', 'insecure')) keys.set('verify', 'full');
  const patience = read.options.get('m') ?? read.options.get('max-time') ?? read.options.get('connect-timeout');
  const limit = whole(patience ?? '', 1, 3600);
  if (limit !== undefined) keys.set('timeout', `${limit}s`);
  else if (patience !== undefined) return undefined;
  const notes = has('f', 'fail')
    ? []
    : ['curl without -f is content with an error page; here the status has to be from 200 to 299 (see expect)'];
  return { keys, notes };
};

const commandProbe = (words: readonly string[]): Probe | string => {
  const [program = '', ...args] = words;
  if (program === '[' && args.at(-1) === ']') return commandProbe(['test', ...args.slice(0, -1)]);
  const base = program.replace(/^.*\//s, '');
  if (base === 'curl') {
    const page = pageProbe(args);
    if (page !== undefined) return page;
  }
  if (words.some((word) => word === '' || /[\s\0]/.test(word)))
    return 'an argument with blanks in it cannot be written in ha-suite.ini';
  if (program.startsWith('/')) return { keys: new Map([['command', words.join(' ')]]), notes: [] };
  if (!PROGRAMS.has(program)) return `'${program}' has no full path`;
  const path = `${FOLDER}${program}`;
  return {
    keys: new Map([['command', [path, ...args].join(' ')]]),
    notes: [`a command has its full path; ${program} is taken to be ${path}`],
  };
};

/** Takes `>/dev/null` and the like away, which matter to nobody; undefined where output goes elsewhere. */
const withoutSilence = (pieces: readonly Piece[]): readonly Piece[] | undefined => {
  const left: Piece[] = [];
  const queue = [...pieces];
  for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
    if (piece.kind === 'operator' && /[<>]/.test(piece.text)) {
      const target = queue.shift();
      const silent = target?.text === '/dev/null' || (/&$/.test(piece.text) && /^[12]$/.test(target?.text ?? ''));
      if (!silent) return undefined;
    } else left.push(piece);
  }
  return left;
};

const NEEDS_SHELL = 'it needs a shell, which monitors do not have';

/** `</dev/tcp/ADDRESS/PORT`, the usual way to try a connection in a shell. */
const connectProbe = (line: string): Probe | undefined => {
  const [, host = '', port = ''] = /^<\s*\/dev\/tcp\/([^/\s]+)\/(\d+)$/.exec(line.trim()) ?? [];
  const target = `connect ${host.includes(':') ? `[${host}]` : host}:${port}`;
  return checkTarget(target).ok ? { keys: new Map([['check', target]]), notes: [] } : undefined;
};

/**
 * The probes that together stand for a command line: `a && b` are two. A shell that is called with -c is looked into. A line
 * that cannot do without a shell is a problem, which is told in words.
 */
export const probesOf = (line: string): Probes => {
  const connection = connectProbe(line);
  if (connection !== undefined) return { probes: [connection] };
  const cut = piecesOf(line);
  const pieces = cut === undefined ? undefined : withoutSilence(cut);
  if (pieces === undefined || pieces.length === 0) return { problem: NEEDS_SHELL };
  const commands: string[][] = [[]];
  for (const { kind, text } of pieces) {
    if (kind === 'word') commands.at(-1)?.push(text);
    else if (text === '&&') commands.push([]);
    else return { problem: NEEDS_SHELL };
  }
  const probes: Probe[] = [];
  for (const words of commands) {
    const [shell = '', option, inner, ...more] = words;
    if (
      /^(?:\/(?:usr\/)?bin\/)?(?:ba|da)?sh$/.test(shell) &&
      option === '-c' &&
      inner !== undefined &&
      more.length === 0
    ) {
      const found = probesOf(inner);
      if ('problem' in found) return found;
      probes.push(...found.probes);
      continue;
    }
    const probe: Probe | string = words.length === 0 ? NEEDS_SHELL : commandProbe(words);
    if (typeof probe === 'string') return { problem: probe };
    probes.push(probe);
  }
  return { probes };
};
