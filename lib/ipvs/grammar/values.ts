/** Values in ipvsadm's command lines: numbers, addresses with ports, masks, scheduler flags. */
import ipaddr from 'ipaddr.js';
import { normaliseAddress } from '../address.js';
import type { Family } from '../model.js';
import { normaliseFlags } from '../normalise.js';
import type { Names } from './command.js';

/** A decimal number within the limits; hexadecimal and trailing letters are not numbers. */
export const parseNumber = (text: string, least: number, most: number): number | undefined => {
  if (!/^\s*[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
};

export const MAX_TIMEOUT = 31 * 24 * 3600;
export const MAX_INT = 2147483647;
export const MAX_MARK = 4294967295;

export interface Endpoint {
  readonly address: string;
  readonly family: Family;
  /** Undefined: none was given. */
  readonly port: number | undefined;
}

const parseHost = (text: string, names: Names): Pick<Endpoint, 'address' | 'family'> | undefined => {
  const numeric = normaliseAddress(text);
  if (numeric !== undefined) return numeric;
  const found = text === '' ? undefined : names.host(text);
  return found === undefined ? undefined : normaliseAddress(found);
};

const parsePort = (text: string, protocol: string, names: Names): number | undefined =>
  parseNumber(text, 0, 65535) ?? (text === '' ? undefined : names.port(text, protocol));

/** `host[:port]`; an IPv6 address stands in brackets with a port, or bare without one. */
export const parseEndpoint = (text: string, protocol: string, names: Names): Endpoint | undefined => {
  const bracketed = /^\[([^\]]*)\]:(.*)$/.exec(text);
  if (bracketed !== null) {
    const host = normaliseAddress(bracketed[1] ?? '');
    // Observed: `[10.0.0.1]:80` is read as an address without a port.
    if (host?.family === 'ipv4') return { ...host, port: undefined };
    const port = parsePort(bracketed[2] ?? '', protocol, names);
    return host === undefined || port === undefined ? undefined : { ...host, port };
  }
  if (text.includes('[')) return undefined;
  if (normaliseAddress(text)?.family === 'ipv6') {
    const host = normaliseAddress(text);
    return host === undefined ? undefined : { ...host, port: undefined };
  }
  const colon = text.indexOf(':');
  const host = parseHost(colon === -1 ? text : text.slice(0, colon), names);
  if (host === undefined) return undefined;
  if (colon === -1) return { ...host, port: undefined };
  const port = parsePort(text.slice(colon + 1), protocol, names);
  return port === undefined ? undefined : { ...host, port };
};

/** A dotted mask for IPv4 (inet_aton reads `24` as 0.0.0.24), a prefix length for IPv6. */
export const parseNetmask = (text: string, family: Family): string | undefined => {
  if (family === 'ipv6') return parseNumber(text, 1, 128)?.toString();
  return ipaddr.IPv4.isValid(text) ? normaliseAddress(text)?.address : undefined;
};

/** Comma-separated flags of -b, or the message about the first one that does not fit the scheduler. */
export const parseFlags = (text: string, scheduler: string): readonly string[] | { readonly problem: string } => {
  const words = text.split(',').filter((word) => word !== '');
  for (const word of words) {
    if (/^flag-[123]$/.test(word)) continue;
    const owner = /^(sh|mh)-(fallback|port)$/.exec(word)?.[1];
    if (owner === undefined) return { problem: `invalid scheduler flag \`${word}'` };
    if (owner !== scheduler) return { problem: `incompatible scheduler flag \`${word}'` };
  }
  return normaliseFlags(scheduler, words);
};
