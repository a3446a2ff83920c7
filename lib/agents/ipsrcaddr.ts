/** IPsrcaddr: what this machine sends by its default route comes from a cluster address. */
import type { AddressEntry } from '../platform/address-entry.js';
import { readAddresses } from '../platform/addresses.js';
import { findProgram, run } from '../platform/exec.js';
import { forgetRoutes, readDevices, readRoutes } from '../platform/routes.js';
import { addressBytes } from '../platform/socket-address.js';
import { seconds } from '../time.js';
import type { Agent, AgentContext, AgentResult, Verb } from './agent.js';
import { OCF, wrapped } from './exit.js';
import { entriesFor, placeForIpaddr2 } from './find-interface.js';
import { linkRoute, ownLinkRoute, parseRouteLines, preferenceOf, type RouteWords, withSource } from './source-route.js';

interface Failure {
  readonly code: number;
  readonly reason: string;
}

const failure = (code: number, reason: string): Failure => ({ code, reason });

/** Runs ip(8); answers its output, or why it failed. */
type Ip = (...args: readonly string[]) => Promise<string | Failure>;

const ipFor = ({ signal }: AgentContext): Ip => {
  const program = findProgram('ip');
  return async (...args) => {
    if (program === undefined) return failure(OCF.notInstalled, 'ip(8) is not installed');
    const result = await run(program, args, { timeout: seconds(10), signal });
    if (args.includes('replace') || args.includes('change')) forgetRoutes();
    if (result.code === 0) return result.stdout;
    return failure(OCF.generic, `ip ${args.join(' ')}: ${result.stderr.trim() || 'failed'}`);
  };
};

/** Why an address can never be preferred. */
const invalid = (address: string): Failure | undefined => {
  const bytes = addressBytes(address);
  if (bytes?.length !== 4) return failure(OCF.notConfigured, `Invalid IP address [${address}]`);
  if (bytes[0] !== 127) return undefined;
  return failure(OCF.notConfigured, `[${address}] is a loopback address, thus can not be preferred source address`);
};

/** Why it cannot be preferred now. */
const refusal = (address: string, addresses: readonly AddressEntry[]): Failure | undefined => {
  const served = entriesFor(addresses, address);
  if (served.some(({ device }) => device.startsWith('lo'))) {
    return failure(OCF.notConfigured, `[${address}] is served by loopback, thus can not be preferred source address`);
  }
  return served.length > 0
    ? undefined
    : failure(OCF.notInstalled, `We are not serving [${address}], hence can not make it a preferred source address`);
};

interface Situation {
  readonly address: string;
  readonly device: string;
  /** The network of the address on the device's link, and the default route there. */
  readonly link: RouteWords | undefined;
  readonly byDefault: RouteWords | undefined;
  /** The machine's own address on the device. */
  readonly primary: string | undefined;
}

const look = async (address: string, addresses: readonly AddressEntry[], ip: Ip): Promise<Situation | Failure> => {
  const network = { addresses, devices: readDevices(), routes: readRoutes('ipv4') };
  const placed = placeForIpaddr2({ address }, network);
  if ('code' in placed) return failure(placed.code, placed.reason);
  const { device } = placed;
  const onLink = await ip('-o', 'route', 'list', 'dev', device, 'scope', 'link', 'match', address);
  if (typeof onLink !== 'string') return onLink;
  const defaults = await ip('-o', 'route', 'show', 'to', 'exact', '0.0.0.0/0', 'dev', device);
  if (typeof defaults !== 'string') return defaults;
  const [byDefault, ...more] = parseRouteLines(defaults);
  if (more.length > 0) return failure(OCF.generic, 'more than 1 matching route exists');
  const primary = addresses.find((entry) => entry.device === device && entry.family === 'ipv4' && !entry.secondary);
  // `default` is a route of scope link, too, where the link leads everywhere.
  const link = parseRouteLines(onLink).find(([to]) => to !== 'default');
  return { address, device, link, byDefault, primary: primary?.address };
};

/** Lets both routes prefer `source`. */
const prefer = async (
  { device, byDefault }: Situation,
  network: RouteWords,
  source: string,
  ip: Ip,
): Promise<Failure | undefined> => {
  const replaced = await ip('route', 'replace', ...network);
  if (typeof replaced !== 'string') return replaced;
  if (byDefault === undefined) return undefined;
  const [to = 'default', ...rest] = withSource(byDefault, source);
  const changed = await ip('route', 'change', 'to', to, 'dev', device, ...rest);
  return typeof changed === 'string' ? undefined : changed;
};

const start = async (situation: Situation, ip: Ip): Promise<Failure | undefined> => {
  const { address, device, link, byDefault } = situation;
  if (link === undefined) return failure(OCF.arguments, `there is no route on the link of ${device} for ${address}`);
  if (byDefault === undefined) return failure(OCF.generic, `no matching route exists: no default route by ${device}`);
  if (preferenceOf(byDefault, address) === 'ours') return undefined;
  return prefer(situation, linkRoute(link, device, address), address, ip);
};

const stop = async (situation: Situation, ip: Ip, { log }: AgentContext): Promise<Failure | undefined> => {
  const { address, device, link, byDefault, primary } = situation;
  const preference = preferenceOf(byDefault, address);
  // Genuine fails here when another address is preferred, also its own work of an earlier stop; there is nothing to undo.
  if (preference === 'other') log('info', `The default route prefers another address than ${address}, nothing to stop`);
  if (preference !== 'ours' || link === undefined) return undefined;
  if (primary === undefined) return failure(OCF.generic, `${device} has no address of its own to go back to`);
  return prefer(situation, ownLinkRoute(link, device, primary), primary, ip);
};

const status = ({ address, byDefault }: Situation): Failure | undefined =>
  preferenceOf(byDefault, address) === 'ours' ? undefined : failure(OCF.notRunning, '');

const perform = async (verb: Verb, address: string, context: AgentContext): Promise<Failure | undefined> => {
  const addresses = await readAddresses();
  if (typeof addresses === 'string') return failure(OCF.generic, `The addresses cannot be read: ${addresses}`);
  const isLook = verb === 'status' || verb === 'monitor';
  const refused = invalid(address) ?? (isLook ? undefined : refusal(address, addresses));
  // What cannot have been started is stopped.
  if (refused !== undefined) return verb === 'stop' ? undefined : refused;
  const ip = ipFor(context);
  const situation = await look(address, addresses, ip);
  if ('code' in situation) return verb === 'stop' && situation.code === OCF.generic ? undefined : situation;
  if (verb === 'start') return start(situation, ip);
  return verb === 'stop' ? stop(situation, ip, context) : status(situation);
};

const NOT_PREFERRED = 'No preferred source address defined';

const answer = (verb: Verb, failed: Failure | undefined): AgentResult => {
  const { code, output } = wrapped(verb, failed?.code ?? OCF.success);
  if (verb === 'start' || verb === 'stop') return { code, output };
  // The genuine agent says it in its own words before its wrapper does.
  if (code === OCF.success) return { code, output: `OK\n${output}` };
  return { code, output: code === OCF.notRunning ? `${NOT_PREFERRED}\n${output}` : output };
};

export const ipsrcaddr: Agent = {
  name: 'IPsrcaddr',
  run: async (verb, args, context) => {
    const failed = await perform(verb, args[0] ?? '', context);
    if (failed !== undefined && failed.reason !== '') context.log('ERROR', failed.reason);
    return answer(verb, failed);
  },
};
