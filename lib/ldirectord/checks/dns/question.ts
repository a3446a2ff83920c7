/** What the dns check asks for: a name or the name of an address, completed by the search list (ldirectord reference 4.4). */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Question {
  readonly name: string;
  readonly type: 'A' | 'PTR';
}

/** How short names are completed, as /etc/resolv.conf has it. */
export interface SearchRules {
  readonly domains: readonly string[];
  /** A name with fewer dots than this is completed. */
  readonly dots: number;
}

const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;

/** Whether a name can be put into a message at all: labels of 1 to 63 bytes, 253 in total; the root is one too. */
export const isAskable = (name: string): boolean => {
  const bare = name.replace(/\.$/, '');
  if (bare === '') return true;
  if (Buffer.byteLength(bare) > LONGEST_NAME) return false;
  return bare.split('.').every((label) => label !== '' && Buffer.byteLength(label) <= LONGEST_LABEL);
};

/** Digits and dots alone are an IPv4 address for genuine: of too many numbers the first four, or as many as there are. */
const reverseOfIpv4 = (text: string): string | undefined =>
  /^\d+(\.\d+)*$/.test(text) ? [...text.split('.').slice(0, 4).reverse(), 'in-addr.arpa'].join('.') : undefined;

/** `192.0.2.10` at the end of an IPv6 address, as the two groups it stands for. */
const groupsOf = (dotted: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

const reverseOfIpv6 = (text: string): string | undefined => {
  const bare = text.replace(/%.*$/, '');
  if (!isIPv6(bare)) return undefined;
  const [dotted] = /\d+\.[\d.]+$/.exec(bare) ?? [];
  if (dotted !== undefined && /^[:0]*:0*:ffff:[\d.]+$/i.test(bare)) return reverseOfIpv4(dotted);
  const address = ipaddr.IPv6.parse(dotted === undefined ? bare : bare.replace(dotted, groupsOf(dotted)));
  const digits = address
    .toNormalizedString()
    .split(':')
    .flatMap((group) => [...group.padStart(4, '0')]);
  return [...digits.reverse(), 'ip6.arpa'].join('.');
};

const question = (name: string): Question => {
  const reverse = reverseOfIpv4(name) ?? reverseOfIpv6(name);
  return reverse === undefined ? { name, type: 'A' } : { name: reverse, type: 'PTR' };
};

/**
 * The questions for a request, in the order in which they are asked until one has an answer.
 *
 * Net::DNS, which genuine asks with: addresses and names with a final dot stand for themselves; a name without any dot
 * is only asked for with the domains of the search list; one with some dots, but fewer than `ndots`, first by itself.
 */
export const questionsFor = (request: string, { domains, dots }: SearchRules): readonly Question[] => {
  // To Perl, 0 is nothing.
  const name = request === '' || request === '0' ? '.' : request;
  const has = name.split('.').length - 1;
  const asItIs = name.includes(':') || /\.\d*$/.test(name) || has >= dots || domains.length === 0;
  if (asItIs) return [question(name)];
  const completed = domains.map((domain) => question(`${name}.${domain}`));
  return has === 0 ? completed : [question(name), ...completed];
};
