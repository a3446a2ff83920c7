/** portblock: closes ports while the services behind them are not ready, so that clients wait instead of being refused. */
import { type BlockedPorts, type PortFilter, portFilter } from '../platform/port-filter.js';
import type { Agent, AgentContext, AgentResult, Verb } from './agent.js';
import { OCF, wrapped } from './exit.js';
import { isMarked, removeMark, setMark } from './start-mark.js';

export type PortAction = 'block' | 'unblock';

export interface PortRequest extends BlockedPorts {
  readonly action: PortAction;
}

const PORTS = /^\d{1,5}(:\d{1,5})?(,\d{1,5}(:\d{1,5})?)*$/;
/** What one rule of iptables takes: a range counts twice. */
const MOST_PORTS = 15;

const arePorts = (text: string): boolean => {
  const numbers = text.split(/[,:]/).map(Number);
  return PORTS.test(text) && numbers.length <= MOST_PORTS && numbers.every((port) => port <= 65535);
};

/** The request in the three arguments, or what is wrong with them. */
export const portRequest = (args: readonly string[]): PortRequest | AgentResult => {
  const [protocol, ports = '', action] = args;
  const refuse = (code: number, output: string): AgentResult => ({ code, output });
  if (args.length !== 3) return refuse(OCF.generic, 'usage: portblock {udp|tcp} portno,portno {block|unblock}');
  if (action !== 'block' && action !== 'unblock') return refuse(OCF.generic, `Invalid action ${action}!`);
  if (protocol !== 'tcp' && protocol !== 'udp') return refuse(OCF.arguments, `Invalid protocol ${protocol}!`);
  if (!arePorts(ports)) return refuse(OCF.arguments, `Invalid port number ${ports}!`);
  return { protocol, ports, action };
};

const markOf = ({ protocol, ports, action }: PortRequest): string => `portblock_${protocol}_${ports}_${action}`;

const sayFor = ({ protocol, ports, action }: PortRequest, what: string): string =>
  `portblock DROP rule [${protocol} ${ports} 0.0.0.0/0 in ${action}] ${what}`;

/** Makes it so that the ports are blocked or not. */
const set = async (wanted: boolean, filter: PortFilter, { log }: AgentContext): Promise<number> => {
  if ((await filter.isBlocked()) === wanted) return OCF.success;
  const failed = await (wanted ? filter.block() : filter.unblock());
  if (failed === undefined) return OCF.success;
  log('ERROR', `The ports cannot be ${wanted ? 'blocked' : 'opened'}: ${failed}`);
  return OCF.generic;
};

/** `start` does what the action says, and `stop` the contrary. */
const change = async (verb: 'start' | 'stop', request: PortRequest, filter: PortFilter, context: AgentContext) => {
  const mark = verb === 'start' ? setMark : removeMark;
  if (!(await mark(markOf(request), context))) return OCF.generic;
  return set((request.action === 'block') === (verb === 'start'), filter, context);
};

/**
 * A `block` is expected to be undone by the `unblock` that stands behind the service in the same group, and runs all the same;
 * so both go by whether they were started, unless the rule itself says something else.
 */
const status = async (request: PortRequest, filter: PortFilter, context: AgentContext): Promise<AgentResult> => {
  const blocked = await filter.isBlocked();
  const started = await isMarked(markOf(request), context);
  const running = request.action === 'block' ? blocked || started : !blocked && started;
  if (!running) return { code: OCF.notRunning, output: sayFor(request, 'is inactive') };
  const asExpected = request.action === 'unblock' || blocked;
  return {
    code: OCF.success,
    output: sayFor(request, asExpected ? ' is running (OK)' : 'considered to be running (OK)'),
  };
};

const perform = async (verb: Verb, args: readonly string[], context: AgentContext): Promise<AgentResult> => {
  const request = portRequest(args);
  // What cannot have been started is stopped.
  if ('code' in request) return verb === 'stop' ? { code: OCF.success, output: '' } : request;
  const filter = portFilter(request, context.signal);
  if (filter === undefined) return { code: OCF.notInstalled, output: 'neither iptables(8) nor nft(8) is installed' };
  if (verb === 'start' || verb === 'stop') return { code: await change(verb, request, filter, context), output: '' };
  return status(request, filter, context);
};

export const portblock: Agent = {
  name: 'portblock',
  run: async (verb, args, context) => {
    const { code, output } = await perform(verb, args, context);
    const last = wrapped(verb, code).output;
    return { code, output: output === '' ? last : `${output}\n${last}` };
  },
};
