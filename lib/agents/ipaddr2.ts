/** IPaddr2: an address as a plain further address of an interface, for IPv4 and (unlike genuine) IPv6. */
import { isIPv4 } from 'node:net';
import type { AddressEntry } from '../platform/address-entry.js';
import { addAddress, bringUp, deleteAddress, readAddresses } from '../platform/addresses.js';
import { readDevices, readRoutes } from '../platform/routes.js';
import { type AddressArgument, parseAddressArgument } from './address-argument.js';
import type { Agent, AgentContext, Verb } from './agent.js';
import type { Announcer } from './announcer.js';
import { OCF, wrapped } from './exit.js';
import { entriesFor, type Placed, placeForIpaddr2 } from './find-interface.js';
import { removeLoopback, restoreLoopback } from './loopback-conflict.js';

/** Longest interface label, IFNAMSIZ without the NUL. */
const LABEL_LIMIT = 15;

interface Situation {
  readonly argument: AddressArgument;
  readonly addresses: readonly AddressEntry[];
  readonly placed: Placed;
}

const onLoopback = (device: string): boolean => device.startsWith('lo');

/**
 * The entries that are this resource. Where the argument leaves something out and the routing table cannot fill it in any
 * more, it is the address wherever it stands (genuine would leave it there and say that it is stopped).
 */
const served = ({ argument, addresses, placed }: Situation): readonly AddressEntry[] => {
  const entries = entriesFor(addresses, argument.address);
  if ('device' in placed) {
    return entries.filter((entry) => entry.device === placed.device && entry.prefix === placed.prefix);
  }
  return entries.filter((entry) => !onLoopback(entry.device));
};

const look = async (argument: AddressArgument): Promise<Situation | string> => {
  const addresses = await readAddresses();
  if (typeof addresses === 'string') return `The addresses of this machine cannot be read: ${addresses}`;
  const routes = readRoutes(argument.address.includes(':') ? 'ipv6' : 'ipv4');
  return { argument, addresses, placed: placeForIpaddr2(argument, { addresses, routes, devices: readDevices() }) };
};

const start = async (situation: Situation, { log }: AgentContext, announcer: Announcer): Promise<number> => {
  const { argument, addresses, placed } = situation;
  if ('code' in placed) {
    log('ERROR', placed.reason);
    return placed.code;
  }
  if (served(situation).length > 0) return OCF.success;
  const { address } = argument;
  const { device, ...change } = placed;
  const label = argument.label === undefined ? {} : { label: `${device}:${argument.label}` };
  if (!onLoopback(device)) await announcer.probe({ device, address }, log);
  const failed =
    (onLoopback(device) ? undefined : await removeLoopback(address, entriesFor(addresses, address), log)) ??
    (await addAddress(device, { address, ...change, ...label })) ??
    (await bringUp(device));
  if (failed !== undefined) {
    log('ERROR', `Failed to add ${address} to ${device}: ${failed}`);
    return OCF.generic;
  }
  if (!onLoopback(device)) announcer.start({ device, address }, log);
  return OCF.success;
};

const stop = async (situation: Situation, { log }: AgentContext, announcer: Announcer): Promise<number> => {
  const { address } = situation.argument;
  const entries = served(situation);
  for (const { device, prefix } of entries) {
    announcer.stop({ device, address });
    const failed = await deleteAddress(device, { address, prefix });
    if (failed !== undefined) {
      log('ERROR', `Unable to remove IP ${address} from interface ${device}: ${failed}`);
      return OCF.generic;
    }
  }
  const failed = entries.length === 0 ? undefined : await restoreLoopback(address, log);
  if (failed === undefined) return OCF.success;
  log('ERROR', `Unable to restore ${address}: ${failed}`);
  return OCF.generic;
};

export interface Refusal {
  readonly code: number;
  readonly reason?: string;
}

/** What is wrong with a label that Linux does not take. */
export const longLabel = (label: string): string | undefined =>
  label.length > LABEL_LIMIT ? `Interface label [${label}] exceeds ${LABEL_LIMIT} characters` : undefined;

/** Why there are no load-sharing addresses. */
export const NO_CLUSTER_IP =
  'an address that several nodes share (CLUSTERIP) does not go together with LVS, and Linux has had no such rule since ' +
  '5.18: let ldirectord distribute the connections instead';

/** The environment of a clone of Pacemaker, in which the genuine agent shares the address among the nodes. */
export const isClone = ({ OCF_RESKEY_CRM_meta_clone_max: most }: NodeJS.ProcessEnv): boolean => Number(most ?? 1) > 1;

/** What is wrong with the arguments before anything is looked at. Words behind an IPv4 address are nobody's. */
export const ipaddr2Refusal = (
  verb: Verb,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Refusal | undefined => {
  const { address, device, label } = parseAddressArgument(args.join('::'));
  if (address === '') return { code: verb === 'stop' ? OCF.success : OCF.notConfigured };
  const [, ...more] = isIPv4(parseAddressArgument(args[0] ?? '').address) ? args : [];
  // What cannot have been started is stopped.
  if (verb === 'stop') return more.length > 0 ? { code: OCF.success } : undefined;
  if (isClone(environment)) return { code: OCF.notConfigured, reason: NO_CLUSTER_IP };
  if (more.length > 0) {
    const shared = more.some((word) => /^(cip|clusterip)/i.test(word));
    const reason = shared ? NO_CLUSTER_IP : `IPaddr2 has one argument, and no further one (${more.join(' ')})`;
    return { code: shared ? OCF.notConfigured : OCF.generic, reason };
  }
  const reason = label === undefined ? undefined : longLabel(`${device}:${label}`);
  return reason === undefined ? undefined : { code: OCF.notConfigured, reason };
};

/**
 * Does one verb for an address that has passed the checks of the words that it came in, and gives the code of the OCF
 * interface; what went wrong is logged.
 */
export const ipaddr2Action = async (
  verb: 'start' | 'stop' | 'monitor' | 'validate',
  argument: AddressArgument,
  context: AgentContext,
  announcer: Announcer,
): Promise<number> => {
  const situation = await look(argument);
  if (typeof situation === 'string') {
    context.log('ERROR', situation);
    return OCF.generic;
  }
  if (verb === 'start') return start(situation, context, announcer);
  if (verb === 'stop') return stop(situation, context, announcer);
  if (verb === 'monitor') return served(situation).length > 0 ? OCF.success : OCF.notRunning;
  if (!('code' in situation.placed)) return OCF.success;
  context.log('ERROR', situation.placed.reason);
  return situation.placed.code;
};

export const createIpaddr2 = (announcer: Announcer): Agent => ({
  name: 'IPaddr2',
  run: async (verb, args, context) => {
    // haresources cuts an IPv6 address at its "::"; the parts are one argument.
    const argument = parseAddressArgument(args.join('::'));
    const refused = ipaddr2Refusal(verb, args, process.env);
    if (refused !== undefined) {
      if (refused.reason !== undefined) context.log('ERROR', refused.reason);
      return wrapped(verb, refused.code);
    }
    const action = verb === 'start' || verb === 'stop' ? verb : 'monitor';
    return wrapped(verb, await ipaddr2Action(action, argument, context, announcer));
  },
});
