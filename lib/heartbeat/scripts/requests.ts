/** What the small commands of /usr/share/heartbeat ask the daemon for: their arguments and the message (reference 2.7, 7.3). */
import { type Message, message } from '../wire/message.js';
import type { ScriptEnvironment } from './script-log.js';

export type NodeCommand = 'hb_addnode' | 'hb_delnode' | 'hb_setsite' | 'hb_setweight';

const USAGE: Readonly<Record<NodeCommand, string>> = {
  hb_addnode: '<node> <node> ...',
  hb_delnode: '<node> <node> ...',
  hb_setsite: '<node> <site>',
  hb_setweight: '<node> <weight>',
};

/** The message of a call, or the usage to print. */
export const parseNodeCommand = (
  name: NodeCommand,
  args: readonly string[],
): { readonly message: Message } | { readonly usage: string } => {
  const [first, second = ''] = args;
  const many = name === 'hb_addnode' || name === 'hb_delnode';
  const isHelp = first === '--help' && (!many || args.length === 1);
  if (first === undefined || isHelp) return { usage: `usage: ${name} ${USAGE[name]}` };
  const t = name.slice('hb_'.length);
  if (many) return { message: message({ t, nodelist: args.join(' ') }) };
  return { message: message({ t, node: first, [name === 'hb_setsite' ? 'site' : 'weight']: second }) };
};

/**
 * What req_resource says: with no other node up, or outside of the legacy mode, that the group has been given to us (which
 * makes our own daemon start it); else a question to the node that runs it.
 */
export const resourceRequest = (key: string, environment: ScriptEnvironment): Message => {
  const { HA_CURHOST: self = '', HA_DONTASK: dontAsk, HA_NICEFAILBACK: nice } = environment;
  return dontAsk === 'yes' || nice === 'yes'
    ? message({ t: 'ip-request-resp', dest: self, ipaddr: key, weown: 'yes', ok: 'OK' })
    : message({ t: 'ip-request', ipaddr: key });
};

/** What mach_down reports when it has taken over, outside of the legacy mode. */
export const takeoverReport = ({ HA_NICEFAILBACK: nice = '' }: ScriptEnvironment): Message | undefined =>
  /^[Yy]es$/.test(nice) ? message({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' }) : undefined;

/** Whether mach_down has anything to do: not for ourselves, and not for a ping node. */
export const concernsUs = (node: string, { HA_CURHOST: self = '', HA_info: info = '' }: ScriptEnvironment): boolean =>
  node !== self && !info.includes('ping');
