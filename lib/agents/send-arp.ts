/** SendArp: announces an address that is not on the interface where it is announced, e.g. one of another interface. */
import { existsSync, rmSync } from 'node:fs';
import { addressBytes } from '../platform/socket-address.js';
import type { Agent, AgentContext } from './agent.js';
import { type Announcer, announcementFile } from './announcer.js';
import { readArpConfig } from './arp-config.js';
import { OCF, wrapped } from './exit.js';
import { isMarked, removeMark, setMark } from './start-mark.js';

export interface SendArpArgument {
  readonly address: string;
  readonly device: string;
}

/** `address/interface`; a mask in between, which other agents have there, and a label are ignored. */
export const parseSendArpArgument = (argument: string): SendArpArgument | undefined => {
  const [address = '', ...rest] = argument.split(/\/+/);
  const device = rest.find((part) => part !== '' && !/^[\d.]+$/.test(part))?.replace(/:.*$/, '');
  return device === undefined || device === '' || addressBytes(address) === undefined ? undefined : { address, device };
};

/** The name under which the genuine agent remembers it. */
export const sendArpMark = (address: string): string => `SendArp_SendArp_${address}`;

const addressOf = (argument: string): string => argument.replace(/\/.*$/, '');

const isRunning = async (address: string, context: AgentContext): Promise<boolean> =>
  existsSync(announcementFile(address)) || (await isMarked(sendArpMark(address), context));

const start = async (argument: string, context: AgentContext, announcer: Announcer): Promise<number> => {
  const { log } = context;
  const target = parseSendArpArgument(argument);
  if (target === undefined) {
    log('ERROR', `[${argument}] is not an address and an interface, as in 10.0.0.100/eth0`);
    return OCF.notConfigured;
  }
  if (await isRunning(target.address, context)) return OCF.success;
  announcer.start(target, log, readArpConfig(target.device));
  return (await setMark(sendArpMark(target.address), context)) ? OCF.success : OCF.generic;
};

const stop = async (argument: string, context: AgentContext, announcer: Announcer): Promise<number> => {
  const address = addressOf(argument);
  const target = parseSendArpArgument(argument);
  if (target !== undefined) announcer.stop(target);
  rmSync(announcementFile(address), { force: true });
  return (await removeMark(sendArpMark(address), context)) ? OCF.success : OCF.generic;
};

export const createSendArp = (announcer: Announcer): Agent => ({
  name: 'SendArp',
  run: async (verb, args, context) => {
    // haresources cuts an IPv6 address at its "::"; the parts are one argument.
    const argument = args.join('::');
    if (verb === 'start') return wrapped(verb, await start(argument, context, announcer));
    if (verb === 'stop') return wrapped(verb, await stop(argument, context, announcer));
    return wrapped(verb, (await isRunning(addressOf(argument), context)) ? OCF.success : OCF.notRunning);
  },
});
