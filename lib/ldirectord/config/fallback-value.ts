/** The value of `fallback=`: `[host][:port] [method]`, the last one or two words of the line (ldirectord reference 2.8). */
import type { Family } from '../../ipvs/model.js';
import { resolveHost, resolvePort } from './addresses.js';
import type { FallbackDraft } from './drafts.js';
import type { Facts, PortProtocol } from './facts.js';
import type { Report } from './report.js';
import { perlLike, type SourceLine, wordPlace } from './source.js';

const WORDS = perlLike('(?:(\\S+)\\s+)?(\\S+)\\s*$');
const SERVER = /^([^\n]*):([0-9A-Za-z-_]+)$/;

/** Splits a fallback value; what is refused here is refused when the line is read. */
export const readFallback = (value: string, line: SourceLine, report: Report): FallbackDraft | undefined => {
  const [, first, second = ''] = WORDS.exec(value) ?? [];
  const [server, word] = first === undefined ? [second, 'gate'] : [first, second];
  if (word !== 'gate' && word !== 'masq' && word !== 'ipip') {
    report.error(
      'fallback-method',
      wordPlace(line, word),
      'forward method must be gate, masq or ipip',
      `'${word}' is no forwarding method; use gate, masq or ipip`,
    );
    return undefined;
  }
  const [, host = server, port] = SERVER.exec(server) ?? [];
  return { host: host === '*' ? '' : host, port, method: word, line };
};

/** Looks up the host and port of a fallback. `port` undefined: none was given, each virtual uses its own. */
export const resolveFallback = (
  draft: FallbackDraft,
  family: Family,
  protocols: readonly (PortProtocol | 'fwm')[],
  facts: Facts,
  report: Report,
): { readonly address: string; readonly port: number | undefined } | undefined => {
  const local = family === 'ipv4' ? '127.0.0.1' : '::1';
  const address = draft.host === '' ? local : resolveHost(draft.host, family, facts);
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
  if (address === undefined) {
    report.error(
      'fallback-unresolved',
      wordPlace(draft.line, draft.host),
      `invalid ${name} address or could not resolve for fallback server: ${draft.host}`,
      `'${draft.host}' is neither an ${name} address nor a known host name`,
    );
    return undefined;
  }
  const ports = protocols.map((protocol) =>
    // Names belong to a protocol; a firewall mark has none.
    draft.port === undefined || (protocol === 'fwm' && !/^[0-9]+$/.test(draft.port))
      ? undefined
      : resolvePort(draft.port, protocol === 'fwm' ? 'any' : protocol, facts),
  );
  if (draft.port !== undefined && ports.includes(undefined)) {
    report.error(
      'fallback-port',
      wordPlace(draft.line, draft.port),
      'invalid port for fallback server',
      `'${draft.port}' is neither a port from 0 to 65535 nor a service name that /etc/services lists for ${protocols.join(' and ')}`,
    );
    return undefined;
  }
  return { address, port: ports[0] };
};
