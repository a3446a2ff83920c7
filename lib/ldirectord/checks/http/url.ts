/** Where an http check goes and what it asks for, by the rules of the genuine program (ldirectord reference 4.4). */
import { encodeBytes } from '../../config/bytes.js';
import { bracketed, hostPort } from '../../names.js';
import type { Target } from '../check.js';

export type Scheme = 'http' | 'https';

/** One request: where to connect and the words of the request line and the Host header. */
export interface Place {
  readonly scheme: Scheme;
  /** Name or address without brackets. */
  readonly host: string;
  readonly port: number;
  /** What stands in the request line: a path with query, or an absolute URL for a proxy. */
  readonly resource: string;
  readonly hostHeader: string;
  /** The URL itself; what a relative redirect starts from. */
  readonly url: string;
}

const DEFAULT_PORT: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** Percent-encodes what may not stand in a URL (blanks, quotes, bytes above ASCII); `%` itself is left alone. */
export const escapeUrl = (text: string): string =>
  text.replace(/[^A-Za-z0-9\-_.!~*'();/?:@&=+$,[\]#%]+/gu, (part) =>
    [...encodeBytes(part)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

interface UrlParts {
  readonly scheme: Scheme;
  /** As written, without user and password: what a Host header says. */
  readonly authority: string;
  readonly host: string;
  readonly port: number;
  /** Path and query, beginning with a slash; without the fragment. */
  readonly resource: string;
}

/** Takes an absolute http or https URL apart; undefined for anything else. */
export const splitUrl = (url: string): UrlParts | undefined => {
  const match = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(url);
  if (match === null) return undefined;
  const [, word = '', userAndAuthority = '', rest = ''] = match;
  const scheme = word.toLowerCase() === 'https' ? 'https' : 'http';
  const authority = userAndAuthority.replace(/^[^@]*@/, '');
  const place = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:]*))(?::(\d*))?$/.exec(authority);
  const host = place?.[1] ?? place?.[2] ?? '';
  const port = place?.[3] ? Number(place[3]) : DEFAULT_PORT[scheme];
  if (host === '' || port > 65535) return undefined;
  return { scheme, authority, host, port, resource: rest.startsWith('/') ? rest : `/${rest}` };
};

const withoutSlashes = (request: string): string => request.replace(/^\/+/, '');

/** The URL that the configuration means. */
const urlOf = (target: Target): string => {
  const { virtual, real, port } = target;
  const scheme = virtual.service === 'https' ? 'https' : 'http';
  const base = `${scheme}://${hostPort(real.address, port)}/`;
  // A per-real request counts only together with a per-real receive, and may then be a complete URL.
  if (real.request !== undefined && real.receive !== undefined) {
    const request = withoutSlashes(real.request);
    return request.includes(`${scheme}://`) ? request : base + request;
  }
  const request = withoutSlashes(virtual.request);
  return virtual.service === 'http_proxy' ? request : base + request;
};

/** The first request of a check; undefined when the configured URL cannot be used. */
export const firstPlace = (target: Target): Place | undefined => {
  const { virtual, real, port } = target;
  const url = escapeUrl(urlOf(target));
  const parts = splitUrl(url);
  if (parts === undefined) return undefined;
  if (virtual.service === 'http_proxy')
    // The proxy is the real server; Host comes from the URL and virtualhost is ignored.
    return {
      scheme: 'http',
      host: real.address,
      port,
      resource: url.replace(/#.*$/, ''),
      hostHeader: parts.authority,
      url,
    };
  const { scheme, host, resource } = parts;
  // Even for an absolute URL, Host is the virtualhost or the real's bare address, without a port.
  return { scheme, host, port: parts.port, resource, hostHeader: virtual.virtualHost ?? bracketed(real.address), url };
};

/** Where a redirect leads: Host then comes from the new URL; undefined when it leads nowhere an http client can go. */
export const redirectPlace = (from: Place, location: string, proxied: boolean): Place | undefined => {
  let url: string;
  try {
    // The parser is only used to resolve a relative reference; an absolute one is taken as written.
    url = /^[A-Za-z][A-Za-z0-9+.-]*:/.test(location) ? escapeUrl(location) : new URL(location, from.url).href;
  } catch {
    return undefined;
  }
  const parts = splitUrl(url);
  if (parts === undefined) return undefined;
  if (proxied) return { ...from, resource: url.replace(/#.*$/, ''), hostHeader: parts.authority, url };
  const { scheme, host, port, resource, authority } = parts;
  return { scheme, host, port, resource, hostHeader: authority, url };
};
