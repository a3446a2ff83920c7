/** The media directives: bcast, mcast, ucast, serial, ping and their IPv6 sisters (heartbeat reference 2.2, 3.9). */
import type { Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Context, Directive } from './draft.js';
import { addressOf } from './environment.js';
import type { Medium } from './model.js';
import { logged, type StartLine } from './start-line.js';
import { leadingNumber, parseNumber } from './values.js';

/** IANA's port of ha-cluster, used when /etc/services does not know it. */
const DEFAULT_PORT = 694;

/** The port that media use: udpport so far, else the service, else 694. */
export const portOf = ({ draft, env }: Pick<Context, 'draft' | 'env'>): number =>
  draft.set.udpPort ?? env.udpServices.get('ha-cluster') ?? DEFAULT_PORT;

const plugin = (text: string): readonly StartLine[] => logged('ERROR', `glib: ${text}`);

const add = (context: Context, value: Medium, at: Word): void => {
  const twin = context.draft.media.find(({ value: other }) => JSON.stringify(other) === JSON.stringify(value));
  if (twin !== undefined)
    context.warn(at, { code: 'ha.cf/medium-twice', message: `the same medium stands already in line ${twin.at.line}` });
  else context.draft.media.push({ value, at: at.at });
};

const noSuchDevice = (
  context: Context,
  device: string,
): Pick<Parameters<Context['fail']>[1], 'message' | 'suggestion'> => {
  const known = context.env.devices.has(device);
  return {
    message: known ? `interface ${device} has no IPv4 address` : `there is no interface ${device}`,
    suggestion: known ? undefined : suggest(device, [...context.env.devices.keys()]),
  };
};

const bcast: Directive = {
  kind: 'words',
  apply: (context, word) => {
    const device = word.value;
    if (context.env.devices.get(device)?.ipv4 === true)
      return add(context, { kind: 'bcast', name: device, device, port: portOf(context) }, word);
    const reason = context.env.devices.has(device) ? 'Cannot assign requested address' : 'No such device';
    context.fail(word, {
      code: 'ha.cf/no-such-interface',
      ...noSuchDevice(context, device),
      genuine: [
        ...plugin(`Get broadcast for interface ${device} failed: ${reason}`),
        ...plugin(`IP interface [${device}] does not exist`),
        ...logged('ERROR', `Illegal bcast [UDP/IP broadcast] in config file [${device}]`),
      ],
    });
  },
};

/** Whether an address is an IPv4 multicast group (224/4). */
const isGroup = (address: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(address) &&
  address.split('.').every((part) => Number(part) < 256) &&
  Number(address.split('.')[0]) >> 4 === 14;

const isGroup6 = (address: string): boolean => /^ff[0-9a-f]{2}:[0-9a-f:.]+$/i.test(address);
const isAddress6 = (address: string): boolean => /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address) && !isGroup6(address);

/** The number of an argument, of which genuine reads the leading digits; undefined after an error. */
const bounded = (
  context: Context,
  word: Word,
  what: string,
  range: readonly [min: number, max: number],
  genuine: (number: number) => string,
): number | undefined => {
  const [min, max] = range;
  const value = leadingNumber(word.value);
  const message = `${what} must be a number from ${min} to ${max}`;
  if (value >= min && value <= max) {
    if (parseNumber(word.value) === undefined)
      context.warn(word, { code: 'ha.cf/odd-number', message: `this is read as the number ${value}` });
    return value;
  }
  const code = `ha.cf/bad-${what}`;
  // Genuine lets a port beyond 65535 pass and uses another one.
  if (what === 'port' && value > max) context.refuse(word, { code, message });
  else context.fail(word, { code, message, genuine: plugin(genuine(value)) });
  return undefined;
};

const missing = (context: Context, rest: Word, what: string, genuine: string): void =>
  context.fail(rest, {
    code: 'ha.cf/missing-argument',
    message: `${context.directive}: ${what} is missing`,
    genuine: plugin(genuine),
  });

const ignored = (context: Context, extra: Word | undefined): void => {
  if (extra !== undefined)
    context.warn(extra, { code: 'ha.cf/extra-argument', message: `${context.directive}: this word is ignored` });
};

/** mcast and mcast6 differ in the words of their messages and in what an address is. */
const multicast = (kind: 'mcast' | 'mcast6', limit: 'ttl' | 'hops'): Directive => ({
  kind: 'line',
  apply: (context, words, rest) => {
    const [device, group, portWord, ttlWord, loopWord, extra] = words;
    if (device === undefined) {
      // Genuine has no text for a bare `mcast`: it crashes.
      if (kind === 'mcast')
        return context.refuse(rest, { code: 'ha.cf/missing-argument', message: 'mcast without interface' });
      return missing(context, rest, 'the interface', `${kind} statement without device`);
    }
    const name = device.value;
    if (group === undefined)
      return missing(context, rest, 'the group address', `${kind} [${name}] missing ${kind} address`);
    if (kind === 'mcast' ? !isGroup(group.value) : !isGroup6(group.value))
      return context.fail(group, {
        code: 'ha.cf/bad-group',
        message: `${group.value} is not a multicast address${kind === 'mcast' ? ' (224.0.0.0 to 239.255.255.255)' : ''}`,
        genuine: plugin(`${kind === 'mcast' ? '' : ' '}${kind} [${name}] bad addr [${group.value}]`),
      });
    if (portWord === undefined) return missing(context, rest, 'the port', `${kind} [${name}] missing port`);
    const service = kind === 'mcast6' ? context.env.udpServices.get(portWord.value) : undefined;
    const port =
      service ?? bounded(context, portWord, 'port', [1, 65535], (seen) => ` ${kind} [${name}] bad port [${seen}]`);
    if (port === undefined) return undefined;
    if (ttlWord === undefined) return missing(context, rest, `the ${limit}`, `${kind} [${name}] missing ${limit}`);
    const ttl = bounded(context, ttlWord, limit, [0, 4], (seen) => ` ${kind} [${name}] bad ${limit} [${seen}]`);
    if (ttl === undefined) return undefined;
    if (loopWord === undefined) return missing(context, rest, 'the loop flag', `${kind} [${name}] missing loop`);
    const loop = bounded(context, loopWord, 'loop', [0, 1], (seen) => ` ${kind} [${name}] bad loop [${seen}]`);
    if (loop === undefined) return undefined;
    ignored(context, extra);
    const facts = context.env.devices.get(name);
    if (facts === undefined || (kind === 'mcast' && !facts.ipv4))
      return context.fail(device, {
        code: 'ha.cf/no-such-interface',
        ...noSuchDevice(context, name),
        genuine: plugin(`${kind} device [${name}] is invalid or not set up properly`),
      });
    return add(context, { kind, name, device: name, group: group.value, port, ttl, loop: loop === 1 }, device);
  },
});

const ucast: Directive = {
  kind: 'line',
  apply: (context, words, rest) => {
    const [device, peer, extra] = words;
    if (device === undefined)
      return context.refuse(rest, { code: 'ha.cf/missing-argument', message: 'ucast without interface' });
    const name = device.value;
    if (peer === undefined)
      return missing(context, rest, 'the address of the peer', `ucast: [${name}] missing target IP address/hostname`);
    const address = addressOf(context.env, peer.value);
    if (address === undefined)
      return context.fail(peer, {
        code: 'ha.cf/unknown-host',
        message: `${peer.value} cannot be resolved`,
        genuine: [...plugin('ucast: cannot resolve hostname'), ...plugin(`ucast: interface [${name}] does not exist`)],
      });
    ignored(context, extra);
    if (!context.env.devices.has(name))
      context.warn(device, { code: 'ha.cf/no-such-interface', ...noSuchDevice(context, name) });
    return add(context, { kind: 'ucast', name, device: name, peer: address, port: portOf(context) }, device);
  },
};

const ucast6: Directive = {
  kind: 'line',
  apply: (context, words, rest) => {
    const [device, peer, extra] = words;
    if (device === undefined) return missing(context, rest, 'the interface', 'ucast6 statement without device');
    const name = device.value;
    if (peer === undefined)
      return missing(context, rest, 'the address of the peer', `ucast6 [${name}] missing ucast6 address`);
    // An address of the link may come with its device.
    const [address = '', zone = name] = peer.value.split('%');
    if (!isAddress6(address) || zone !== name)
      return context.fail(peer, {
        code: 'ha.cf/bad-address',
        message: `${peer.value} is not an IPv6 unicast address`,
        genuine: plugin(`ucast6 [${name}] bad addr [${peer.value}]`),
      });
    ignored(context, extra);
    if (!context.env.devices.has(name))
      return context.fail(device, {
        code: 'ha.cf/no-such-interface',
        ...noSuchDevice(context, name),
        genuine: plugin(`ucast6 device [${name}] is invalid or not set up properly`),
      });
    return add(context, { kind: 'ucast6', name, device: name, peer: peer.value, port: portOf(context) }, device);
  },
};

const serial: Directive = {
  kind: 'words',
  apply: (context, word) => {
    const path = word.value;
    const facts = context.env.files.get(path);
    const problem = (message: string, genuine: string): void =>
      context.fail(word, {
        code: 'ha.cf/bad-serial-port',
        message,
        genuine: [...plugin(genuine), ...logged('ERROR', `Illegal serial [serial ring] in config file [${path}]`)],
      });
    if (!path.startsWith('/'))
      return problem(
        'a serial port is given with its full path, e.g. /dev/ttyS0',
        `Serial port not full pathname [${path}] in config file`,
      );
    if (facts === undefined) return problem(`there is no ${path}`, `Nonexistent serial port [${path}] in config file`);
    if (facts.kind !== 'character')
      return problem(`${path} is not a character device`, `Serial port [${path}] not a char device in config file`);
    return add(context, { kind: 'serial', name: path, device: path, baud: context.draft.baud ?? 19200 }, word);
  },
};

const unknownHost = (host: string): readonly StartLine[] =>
  plugin(`unknown host: ${host}: Resource temporarily unavailable`);

const ping: Directive = {
  kind: 'words',
  apply: (context, word) => {
    if (addressOf(context.env, word.value) !== undefined)
      return add(context, { kind: 'ping', name: word.value, host: word.value }, word);
    return context.fail(word, {
      code: 'ha.cf/unknown-host',
      message: `${word.value} cannot be resolved`,
      genuine: [
        ...unknownHost(word.value),
        ...logged('ERROR', `Illegal ping [ping membership] in config file [${word.value}]`),
      ],
    });
  },
};

const ping6: Directive = {
  kind: 'words',
  apply: (context, word) => {
    if (isAddress6(word.value)) return add(context, { kind: 'ping6', name: word.value, host: word.value }, word);
    return context.fail(word, {
      code: 'ha.cf/bad-address',
      message: `${word.value} is not an IPv6 address`,
      genuine: logged('ERROR', `Illegal ping6 [ping6 membership] in config file [${word.value}]`),
    });
  },
};

const pingGroup: Directive = {
  kind: 'line',
  apply: (context, words, rest) => {
    const [name, ...hosts] = words;
    // Without a name or without hosts genuine fails silently.
    if (name === undefined || hosts.length === 0)
      return context.fail(rest, {
        code: 'ha.cf/missing-argument',
        message: 'ping_group needs a name and at least one host',
      });
    for (const host of hosts) {
      if (addressOf(context.env, host.value) !== undefined) continue;
      // Genuine goes on with the members it can find.
      const message = `${host.value} cannot be resolved and is left out of the group`;
      context.warn(host, { code: 'ha.cf/unknown-host', message, genuine: unknownHost(host.value) });
    }
    return add(context, { kind: 'ping_group', name: name.value, hosts: hosts.map(({ value }) => value) }, name);
  },
};

/** Media of other builds, with what to write instead; they are refused as unknown directives, as genuine does. */
export const MEDIA_OF_OTHER_BUILDS: Readonly<Record<string, string>> = {
  hbaping: 'Fibre Channel adapters cannot be asked: watch a host behind the network with ping, ping6 or ping_group',
  rds: 'reach the other node with bcast, mcast or ucast',
  tipc: 'reach the other node with bcast, mcast or ucast',
};

/** Every medium that the genuine Debian build knows; hbaping, rds and tipc are not built there. */
export const MEDIA: Readonly<Record<string, Directive>> = {
  bcast,
  mcast: multicast('mcast', 'ttl'),
  mcast6: multicast('mcast6', 'hops'),
  ucast,
  ucast6,
  serial,
  ping,
  ping6,
  ping_group: pingGroup,
};
