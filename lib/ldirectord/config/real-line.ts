/** The value of `real=`: `host[->host][:port] method [weight] ["request", "receive"] [l:N] [u:N]` (ldirectord reference 2.7). */
import type { Family, ForwardMethod } from '../../ipvs/model.js';
import { ipv4Number, ipv4Text, resolveHost, resolvePort } from './addresses.js';
import type { Facts } from './facts.js';
import type { Real } from './model.js';
import type { Report } from './report.js';
import { perlLike, positionOf, type SourceLine, valuePlace, wordPlace } from './source.js';

const HOST = '\\d+\\.\\d+\\.\\d+\\.\\d+|[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+\\]';
/** Searched for anywhere in the value: what stands before it is ignored. */
const REAL = perlLike(`(${HOST})(?:->(${HOST}))?(?::([0-9A-Za-z-_]+))?\\s+(.*)$`);
/** Each is searched for anywhere in what the one before it left. */
const OPTIONS = {
  weight: perlLike('\\s+(\\d+)'),
  texts: perlLike('\\s+"(.*)"[ ,\\t\\r\\f\\v]\\s*"(.*)"'),
  lower: perlLike('\\s+l:(\\d+)'),
  upper: perlLike('\\s+u:(\\d+)'),
};
const BLANKS_ONLY = perlLike('^\\s*$');
/** More addresses than this in one range are a mistake, and would fill the memory. */
const LARGEST_RANGE = 65536;

type Options = Pick<Real, 'weight' | 'upper' | 'lower' | 'request' | 'receive'> & {
  /** What could not be read. */
  readonly left: string;
  /** A request that begins with a slash: genuine forgets all that stands behind it on the line. */
  readonly forgetting: boolean;
};

const isMethod = (word: string): word is ForwardMethod => word === 'gate' || word === 'masq' || word === 'ipip';

/** A request always begins with a slash. */
export const withSlash = (request: string): string => (request.startsWith('/') ? request : `/${request}`);

const readOptions = (text: string): Options => {
  let left = text;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(left) ?? undefined;
    if (match !== undefined) left = left.slice(match.index + match[0].length);
    return match;
  };
  const weight = take(OPTIONS.weight)?.[1];
  const texts = take(OPTIONS.texts);
  const lower = take(OPTIONS.lower)?.[1];
  const upper = take(OPTIONS.upper)?.[1];
  return {
    weight: weight === undefined ? 1 : Number(weight),
    request: texts === undefined ? undefined : withSlash(texts[1] ?? ''),
    receive: texts === undefined ? undefined : (texts[2] ?? ''),
    lower: Number(lower ?? 0),
    upper: Number(upper ?? 0),
    left,
    forgetting: texts?.[1]?.startsWith('/') === true,
  };
};

/**
 * The addresses from `first` to `last`. The genuine loop compares the 32-bit values as strings, so a range whose
 * ends have a different number of digits ends early or at once; kept, because reals would otherwise appear that no
 * genuine director ever had.
 */
const expandRange = (first: number, last: number): readonly string[] => {
  const addresses: string[] = [];
  for (let value = first; String(value) <= String(last) && addresses.length < LARGEST_RANGE; value += 1) {
    addresses.push(ipv4Text(value));
  }
  return addresses;
};

const rangeAddresses = (
  words: { readonly first: string; readonly start: string; readonly last: string },
  line: SourceLine,
  family: Family,
  facts: Facts,
  report: Report,
): readonly string[] | undefined => {
  const place = wordPlace(line, words.last);
  const end = resolveHost(words.last, family, facts);
  if (end === undefined) {
    report.error(
      'real-unresolved',
      place,
      `invalid address (${words.last}) for real server (could not resolve end host)`,
      `the end of the range, '${words.last}', is neither an IPv4 address nor a known host name`,
    );
    return undefined;
  }
  if (family === 'ipv6') {
    report.error(
      'range-ipv6',
      place,
      'Address range for IPv6 is not supported yet',
      'an address range needs IPv4 addresses; write one real6= line per address',
    );
    return undefined;
  }
  const [first, last] = [ipv4Number(words.start), ipv4Number(end)];
  if (first > last) {
    report.error(
      'range-reversed',
      place,
      `Invalid Range: ${words.start}-${end}: First value must be greater than or equal to the second value`,
      `the range ends (${end}) before it begins (${words.start}); exchange the two addresses`,
    );
    return undefined;
  }
  const addresses = expandRange(first, last);
  if (addresses.length === LARGEST_RANGE && last - first >= LARGEST_RANGE) {
    report.error(
      'range-too-large',
      place,
      `Invalid Range: ${words.start}-${end}: more than ${LARGEST_RANGE} addresses`,
      `the range holds ${last - first + 1} addresses, more than ${LARGEST_RANGE}`,
    );
    return undefined;
  }
  if (addresses.length <= last - first) {
    report.own(
      'range-digits',
      place,
      `only ${addresses.length} of the ${last - first + 1} addresses of this range are used: ldirectord compares the ends as text (${first} and ${last}); split the range`,
    );
  }
  return addresses;
};

/** Reads one `real=` or `real6=` value; reports and returns nothing when the genuine program would refuse it. */
export const readReal = (
  value: string,
  line: SourceLine,
  family: Family,
  facts: Facts,
  report: Report,
): readonly Real[] => {
  const match = REAL.exec(value);
  if (match === null) {
    report.error(
      'real-format',
      valuePlace(line),
      'invalid address for real server (wrong format)',
      'a real server is written: host:port gate|masq|ipip [weight] ["request", "receive"]',
    );
    return [];
  }
  const [, host = '', last, portText, rest = ''] = match;
  const start = resolveHost(host, family, facts);
  if (start === undefined) {
    report.error(
      'real-unresolved',
      wordPlace(line, host),
      `invalid address (${host}) for real server (could not resolve host)`,
      `'${host}' is neither an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address nor a known host name`,
    );
    return [];
  }
  const port = portText === undefined ? 0 : resolvePort(portText, 'any', facts);
  if (port === undefined) {
    report.error(
      'real-port',
      wordPlace(line, portText ?? ''),
      `invalid port (${portText}) for real server (could not resolve port)`,
      `'${portText}' is neither a port from 0 to 65535 nor a service name of /etc/services`,
    );
    return [];
  }
  const addresses =
    last === undefined ? [start] : rangeAddresses({ first: host, start, last }, line, family, facts, report);
  if (addresses === undefined) return [];
  const method = /^[0-9A-Za-z_]*/.exec(rest)?.[0] ?? '';
  if (!isMethod(method)) {
    report.error(
      'real-method',
      wordPlace(line, method),
      'forward method must be gate, masq or ipip',
      method === ''
        ? 'the forwarding method is missing: gate, masq or ipip'
        : `'${method}' is no forwarding method; use gate, masq or ipip`,
    );
    return [];
  }
  const { left, forgetting, ...options } = readOptions(rest.slice(method.length));
  if (forgetting) {
    report.own(
      'real-forgotten',
      wordPlace(line, options.request ?? ''),
      `ldirectord 4.12 overlooks the receive string and the thresholds behind a request that begins with '/'; here they count`,
    );
  }
  if (forgetting && !BLANKS_ONLY.test(left)) {
    // Genuine does not look at it, so that it is no error.
    report.own('real-rest', wordPlace(line, left.trim()), `'${left.trim()}' at the end of the line is ignored`);
  } else if (!BLANKS_ONLY.test(left)) {
    report.error(
      'real-rest',
      wordPlace(line, left.trim()),
      `Invalid real server line, around "${left}"`,
      'cannot read this; after the method come: weight, "request", "receive", l:N, u:N, in this order',
    );
    return [];
  }
  if (match.index > 0) {
    report.own('real-ignored-text', wordPlace(line, host), `what stands before '${host}' is ignored`);
  }
  const at = positionOf(report.path, wordPlace(line, host));
  return addresses.map((address): Real => ({ address, port, method, ...options, at }));
};
