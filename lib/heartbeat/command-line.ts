/** What the words behind `ha-heartbeat` ask for (heartbeat reference 8.1). */
import { Command, CommanderError, Option } from 'commander';
import { parseSpan, SPAN_FORMS } from '../text/span.js';
import type { Millis } from '../time.js';
import type { Holding } from './cluster/interface.js';
import { complaints } from './short-options.js';

/** The genuine usage text, for scripts that look for it. */
export const USAGE = `
Usage: heartbeat [-dDkMrRsvWlVf] [-C Current-resource-state]
\t-C only valid with -R
\t-r is mutually exclusive with -R
`;

export interface StartRequest {
  readonly foreground: boolean;
  /** Added to the `debug` directive. */
  readonly debug: number;
  /** `-M`: false. */
  readonly manageResources: boolean;
  /** `-l`: false. */
  readonly realtime: boolean;
  /** `-v`: print the configuration first. */
  readonly show: boolean;
  /** `-R`: the life before this one, in this very process, has left these resources running; it did not say which without `-C`. */
  readonly resume?: { readonly kept: Holding | undefined };
}

/** `--shadow`: watch the genuine daemon of this node. */
export interface ShadowRequest {
  readonly debug: number;
  /** How long a difference may last without being told; undefined: as ha.cf has it. */
  readonly tolerance: Millis | undefined;
}

export type Request =
  | { readonly action: 'start'; readonly start: StartRequest }
  /** `-r`: signal the running daemon; start one when none runs. */
  | { readonly action: 'reload'; readonly start: StartRequest }
  | { readonly action: 'status' | 'stop' | 'version' | 'suite-version' }
  | { readonly action: 'directives'; readonly wiki: boolean }
  | { readonly action: 'check'; readonly json: boolean }
  | { readonly action: 'shadow'; readonly shadow: ShadowRequest }
  | { readonly action: 'shadow-status'; readonly json: boolean }
  | { readonly action: 'shadow-stop' }
  /** Something to print; `text` ends with a newline. */
  | { readonly action: 'print'; readonly text: string; readonly code: number; readonly stream: 'stdout' | 'stderr' };

const EXAMPLES = `
Examples:
  ha-heartbeat                start as a daemon; returns when it is up, with 0, or says what is wrong
  ha-heartbeat --check        look for mistakes in ha.cf, authkeys and haresources, all at once
  ha-heartbeat --foreground   run under a supervisor such as systemd; log to standard error too
  ha-heartbeat -s             is it running? (exit 0: yes, 1 or 3: no)
  ha-heartbeat -r             after a change of ha.cf or authkeys: use them, with all resources where they are
  ha-heartbeat -k             hand over all resources and stop; returns when it is gone
  ha-heartbeat --shadow       beside the genuine heartbeat: tell where it and this program differ, and do nothing
  ha-heartbeat --shadow -s    what has been seen so far (exit 0: no difference, 1: some, 3: no shadow runs)

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 not permitted, 6 wrong configuration.`;

const RESOURCE_STATES: readonly Holding[] = ['none', 'local', 'foreign', 'all'];

const program = (): Command =>
  new Command('ha-heartbeat')
    .description('Cluster daemon: watches the other node and takes over its resources (haresources clusters).')
    .helpOption('--help', 'show this help')
    .addHelpText('after', EXAMPLES)
    .option('-s', 'tell whether heartbeat is running')
    .option('-k', 'stop the running heartbeat and wait until it is gone')
    .option('-r', 'have the running heartbeat read its files anew; start it when it is not running')
    .option('-f, --foreground', 'do not become a daemon; interrupt (Ctrl-C) stops it')
    .option('--check', 'check the configuration and exit')
    .option('--json', 'with --check: print the findings as one JSON document; with --shadow -s: what was seen')
    .option('--shadow', 'decide beside the genuine daemon of this node, do nothing, and tell the differences')
    .option('--tolerance <time>', 'with --shadow: how long a difference may last without being told')
    .option('-d', 'more debugging output (may be repeated)', (_value, count: number) => count + 1, 0)
    .option('-v', 'print the configuration before starting')
    .option('-M', 'do not manage resources, only watch the other node')
    .option('-l', 'no real-time priority')
    .option('-V', 'print the heartbeat version that this program stands for')
    .option('--version', 'print the version of ha-suite')
    .option('-D', 'print all ha.cf directives that have a default')
    .option('-W', 'with -D: as a wiki table')
    .option('-R', 'used by a running daemon that becomes this program: go on with its resources')
    .addOption(new Option('-C <state>', 'with -R: resources that are held').choices(RESOURCE_STATES))
    .allowExcessArguments()
    .exitOverride();

const usage = (prefix: string): Request => ({
  action: 'print',
  text: prefix + USAGE,
  code: 2,
  stream: 'stderr',
});

interface Options {
  readonly s?: boolean;
  readonly k?: boolean;
  readonly r?: boolean;
  readonly foreground?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
  readonly shadow?: boolean;
  readonly tolerance?: string;
  readonly d: number;
  readonly v?: boolean;
  readonly M?: boolean;
  readonly l?: boolean;
  readonly V?: boolean;
  readonly version?: boolean;
  readonly D?: boolean;
  readonly W?: boolean;
  readonly R?: boolean;
  readonly C?: Holding;
}

/** What a shadow has no use for: it starts nothing, and nothing of the daemon's is its. */
const NOT_FOR_SHADOWS = ['r', 'check', 'v', 'M', 'l', 'V', 'version', 'D', 'W', 'R', 'C'] as const;

const interpretShadow = (options: Options): Request => {
  const odd = NOT_FOR_SHADOWS.find((name) => options[name] !== undefined);
  if (odd !== undefined) return usage(`ha-heartbeat: --shadow does not go with ${odd.length > 1 ? '-' : ''}-${odd}\n`);
  if (options.k === true) return { action: 'shadow-stop' };
  if (options.s === true) return { action: 'shadow-status', json: options.json === true };
  const tolerance = options.tolerance === undefined ? undefined : parseSpan(options.tolerance);
  if (options.tolerance !== undefined && tolerance === undefined)
    return usage(`ha-heartbeat: --tolerance ${options.tolerance}: it must be ${SPAN_FORMS}\n`);
  return { action: 'shadow', shadow: { debug: options.d, tolerance } };
};

const interpret = (options: Options): Request => {
  if (options.shadow === true) return interpretShadow(options);
  if (options.tolerance !== undefined) return usage('ha-heartbeat: --tolerance goes with --shadow only\n');
  // heartbeat reference 8.1: both rules stand in the usage text.
  if ((options.C !== undefined && options.R !== true) || (options.r === true && options.R === true)) return usage('');
  if (options.version === true) return { action: 'suite-version' };
  if (options.V === true) return { action: 'version' };
  if (options.D === true) return { action: 'directives', wiki: options.W === true };
  if (options.check === true) return { action: 'check', json: options.json === true };
  // Genuine looks for the order to stop first, whatever else is asked for.
  if (options.k === true) return { action: 'stop' };
  if (options.s === true) return { action: 'status' };
  const start: StartRequest = {
    foreground: options.foreground === true,
    debug: options.d,
    manageResources: options.M !== true,
    realtime: options.l !== true,
    show: options.v === true,
    ...(options.R === true ? { resume: { kept: options.C } } : {}),
  };
  return { action: options.r === true ? 'reload' : 'start', start };
};

/** Reads the words of the command line (without program and script). Never throws on input. */
export const parseCommandLine = (words: readonly string[]): Request => {
  const wrong = complaints(words, 'ha-heartbeat');
  if (wrong.length > 0) return usage(wrong.map((line) => `${line}\n`).join(''));
  let help = '';
  let complaint = '';
  const parser = program().configureOutput({
    writeOut: (text) => {
      help += text;
    },
    writeErr: (text) => {
      complaint += text;
    },
  });
  try {
    parser.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { action: 'print', text: help, code: 0, stream: 'stdout' };
    return usage(complaint.replace(/^error: /gm, 'ha-heartbeat: '));
  }
  return interpret(parser.opts<Options & Record<string, unknown>>());
};
