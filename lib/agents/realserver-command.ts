/** The command ha-realserver: what its words and its file of defaults ask for, and what it prints. Pure. */
import { Command, CommanderError } from 'commander';
import { parse } from 'ini';
import { parseVirtualAddress, type RealserverState, stateCode, stateText, type VirtualAddress } from './realserver.js';

export const DEFAULTS_FILE = '/etc/default/ha-realserver';

export const ACTIONS = ['start', 'stop', 'status'] as const;
export type RealserverAction = (typeof ACTIONS)[number];

export type RealserverInvocation =
  | { readonly kind: 'text'; readonly text: string; readonly code: number }
  | {
      readonly kind: 'run';
      readonly action: RealserverAction;
      readonly addresses: readonly VirtualAddress[];
      readonly json: boolean;
    };

/** What init scripts exit with for a wrong call, and for a setting that is wrong. */
const USAGE = 2;
const NOT_CONFIGURED = 6;

const isAction = (word: string): word is RealserverAction => ACTIONS.some((action) => action === word);

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** `ADDRESSES` and `DEVICE` of the file of defaults. */
export const parseDefaults = (file: string): { readonly addresses: readonly string[]; readonly device: string } => {
  const values = parse(file);
  return {
    addresses: text(values.ADDRESSES)
      .split(/\s+/)
      .filter((word) => word !== ''),
    device: text(values.DEVICE) || 'lo',
  };
};

const EXAMPLES = `
Examples:
  ha-realserver start 10.0.0.100                  on the loopback device
  ha-realserver start 10.0.0.100/dummy0 2001:db8::100/dummy0
  ha-realserver status --json                     those of ${DEFAULTS_FILE}
`;

const grammar = (out: (text: string) => void): Command =>
  new Command('ha-realserver')
    .description('Lets this web server serve virtual addresses that a director sends by direct routing.')
    .argument('<action>', 'start, stop or status')
    .argument('[address...]', `ADDRESS[/DEVICE] each; without any those of ${DEFAULTS_FILE}`)
    .option('--device <name>', 'lo or a dummy device such as dummy0, for addresses without one')
    .option('--json', 'status for machines')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: out });

/** `file`: the text of the file of defaults, empty when there is none. */
export const parseInvocation = (words: readonly string[], file: string): RealserverInvocation => {
  let said = '';
  const command = grammar((part) => {
    said += part;
  });
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'text', text: said, code: error.exitCode === 0 ? 0 : USAGE };
  }
  const [action = '', ...given] = command.args;
  if (!isAction(action)) return { kind: 'text', text: `error: ${action} is not start, stop or status\n`, code: USAGE };
  const { device, json = false } = command.opts<{ device?: string; json?: boolean }>();
  const defaults = parseDefaults(file);
  const addresses: VirtualAddress[] = [];
  for (const word of given.length > 0 ? given : defaults.addresses) {
    const address = parseVirtualAddress(word, device ?? defaults.device);
    if (typeof address === 'string') return { kind: 'text', text: `error: ${address}\n`, code: NOT_CONFIGURED };
    addresses.push(address);
  }
  return { kind: 'run', action, addresses, json };
};

/** Exit code of `status`, as init scripts have it: 0 all is well, 3 nothing runs, 1 anything else. */
export const statusCode = (states: readonly RealserverState[]): number => {
  if (states.every(({ on }) => on === undefined)) return 3;
  return states.every((state) => stateCode(state) === 0) ? 0 : 1;
};

export const statusOutput = (states: readonly RealserverState[], json: boolean): string => {
  if (!json) return states.map((state) => `${stateText(state)}\n`).join('');
  const values = states.map(({ address, device, on, leaks }) => ({
    address,
    device,
    running: on !== undefined,
    leaks,
  }));
  return `${JSON.stringify(values)}\n`;
};
