/** What a `[monitor NAME]` section asks for: a program, a connection or a page, and what the page must be like. */
import type { Read, Reader } from './suite-values.js';

/** Where a built-in check goes. */
export type CheckTarget =
  | { readonly kind: 'connect'; readonly host: string; readonly port: number }
  /** An absolute http or https URL. */
  | { readonly kind: 'page'; readonly url: string };

/** What the answer to a page check must be like. */
export interface Expectation {
  /** First and last status that is good. */
  readonly status: readonly [number, number];
  /** The body contains this text; undefined: any body will do. */
  readonly body: string | undefined;
}

export const EXPECT_SUCCESS: Expectation = { status: [200, 299], body: undefined };

const wrong = (message: string): Read<never> => ({ ok: false, message });

const TARGETS = 'is `connect ADDRESS:PORT`, or a URL that begins with http:// or https://';

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

const connectTarget = (place: string): Read<CheckTarget> => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d+)$/.exec(place);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] ?? '';
  return host !== undefined && isPort(port)
    ? { ok: true, value: { kind: 'connect', host, port: Number(port) } }
    : wrong('connect takes an address and a port, e.g. 127.0.0.1:443 or [::1]:443');
};

/** `connect 127.0.0.1:443`, `http://localhost/up`, `https://localhost/ews/healthcheck.htm`. */
export const checkTarget: Reader<CheckTarget> = (text) => {
  const connect = /^connect\s+(\S+)$/.exec(text);
  if (connect !== null) return connectTarget(connect[1] ?? '');
  const page = /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d+))?(?:[/?][^\s#]*)?$/.exec(text);
  if (page === null) return wrong(TARGETS);
  return page[1] === undefined || isPort(page[1])
    ? { ok: true, value: { kind: 'page', url: text } }
    : wrong(`there is no port ${page[1]}`);
};

const EXPECTATIONS = 'is `status 200`, `status 200-399`, `body TEXT`, or both: `status 200 body TEXT`';

/** `status 200`, `status 200-399`, `body all is well`, `status 200 body all is well`. */
export const expectation: Reader<Expectation> = (text) => {
  const match = /^(?:status\s+(\d{3})(?:-(\d{3}))?)?(?:(?:^|\s+)body\s+(\S.*))?$/.exec(text);
  if (match === null || text === '') return wrong(EXPECTATIONS);
  const [, from, to = from, body] = match;
  if (from === undefined || to === undefined) return { ok: true, value: { ...EXPECT_SUCCESS, body } };
  if (from > to) return wrong(`no status is from ${from} to ${to}`);
  return { ok: true, value: { status: [Number(from), Number(to)], body } };
};
