/** Where http checks go and what they ask for (ldirectord reference 4.4, recorded in http-details). */
import fc from 'fast-check';
import { requestBytes } from '../../../../lib/ldirectord/checks/http/request.js';
import { firstPlace, redirectPlace, splitUrl } from '../../../../lib/ldirectord/checks/http/url.js';
import type { Real, Virtual } from '../../../../lib/ldirectord/config/model.js';
import { checkPortOf } from '../../../../lib/ldirectord/identity.js';
import { real, virtual } from '../../build.js';

const place = (more: Partial<Virtual>, one: Real = real('192.168.0.1')) => {
  const on = virtual('10.0.0.3:80', [one], { checkType: { kind: 'negotiate' }, ...more });
  return firstPlace({ virtual: on, real: one, port: checkPortOf(on, one) });
};
const sent = (more: Partial<Virtual>, one?: Real): string => {
  const where = place(more, one);
  return where === undefined ? 'none' : requestBytes(more.httpMethod ?? 'GET', where).toString('latin1');
};
const lwp = (line: string, host: string): string =>
  `${line} HTTP/1.1\r\nTE: deflate,gzip;q=0.3\r\nConnection: TE, close\r\nHost: ${host}\r\nUser-Agent: libwww-perl/6.68\r\n\r\n`;

describe('request of an http check', () => {
  test('blanks are encoded, Host is the bare address', () => {
    expect(sent({ request: '/index.html?a=b c' })).toBe(lwp('GET /index.html?a=b%20c', '192.168.0.1'));
  });
  test('virtualhost as configured, with its port, and empty', () => {
    expect(sent({ request: '/vh', virtualHost: 'www.example.test:81' })).toBe(lwp('GET /vh', 'www.example.test:81'));
    expect(sent({ virtualHost: '' })).toBe(lwp('GET /', ''));
  });
  test('httpmethod=head', () => {
    expect(sent({ request: '/head', httpMethod: 'HEAD' })).toBe(lwp('HEAD /head', '192.168.0.1'));
  });
  test('a per-real request with receive replaces the virtual’s, and may be a complete URL', () => {
    const one = real('192.168.0.1', 80, { request: '/per/real', receive: 'Test Page' });
    expect(sent({ request: '/unused' }, one)).toBe(lwp('GET /per/real', '192.168.0.1'));
    const absolute = real('192.168.0.2', 80, { request: '/http://192.168.0.3:80/abs?x=1', receive: 'Test Page' });
    expect(sent({}, absolute)).toBe(lwp('GET /abs?x=1', '192.168.0.2'));
    expect(place({}, absolute)).toMatchObject({ host: '192.168.0.3', port: 80 });
  });
  test('the virtual’s request is never a complete URL, except for http_proxy', () => {
    expect(sent({ request: '/http://www.example.test/p' })).toBe(lwp('GET /http://www.example.test/p', '192.168.0.1'));
    const proxy: Partial<Virtual> = {
      service: 'http_proxy',
      request: '/http://www.example.test/p',
      virtualHost: 'ignored',
    };
    expect(sent(proxy, real('192.168.0.1', 3128))).toBe(lwp('GET http://www.example.test/p', 'www.example.test'));
    expect(place(proxy, real('192.168.0.1', 3128))).toMatchObject({ host: '192.168.0.1', port: 3128 });
  });
  test('IPv6 reals in brackets; checkport; https', () => {
    expect(sent({}, real('2001:db8::4'))).toBe(lwp('GET /', '[2001:db8::4]'));
    expect(place({ checkPort: 8080, service: 'https' }, real('2001:db8::4'))).toMatchObject({
      scheme: 'https',
      host: '2001:db8::4',
      port: 8080,
    });
  });
  test('a proxy request that is no URL goes nowhere', () => {
    expect(place({ service: 'http_proxy', request: '/' })).toBeUndefined();
  });
});

describe('redirects', () => {
  const from = place({ request: '/a/b' });
  const to = (location: string) => (from === undefined ? undefined : redirectPlace(from, location, false));
  test('Host comes from the new URL, as it is written there', () => {
    expect(to('http://192.168.0.2/target')).toMatchObject({ resource: '/target', hostHeader: '192.168.0.2' });
    expect(to('http://u:p@w:81/x')).toMatchObject({ host: 'w', port: 81, hostHeader: 'w:81' });
    expect(to('https://w')).toMatchObject({ scheme: 'https', port: 443, resource: '/' });
  });
  test('relative ones start at the URL that was asked for', () => {
    expect(to('c?d')).toMatchObject({ host: '192.168.0.1', port: 80, resource: '/a/c?d' });
    expect(to('/x')).toMatchObject({ resource: '/x' });
    expect(to('//w/x')).toMatchObject({ host: 'w', resource: '/x' });
  });
  test('other schemes are not followed', () => {
    expect(to('file:///etc/passwd')).toBeUndefined();
    expect(to('http://[::1/')).toBeUndefined();
  });
});

test('property: no configured request and no Location makes it throw, and a request line is always one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (request, location) => {
      const where = place({ request: `/${request}` });
      if (where === undefined) return;
      expect(requestBytes('GET', where).toString('latin1').split('\r\n')).toHaveLength(7);
      const next = redirectPlace(where, location, false);
      if (next !== undefined) expect(next.resource).toMatch(/^\/[\x21-\x7e]*$/);
      splitUrl(request);
    }),
    { numRuns: 500 },
  );
});
