/** Identities: which checks are one check, and where a check connects to. */
import { checkPortOf, identityOf } from '../../lib/ldirectord/identity.js';
import { real, virtual } from './build.js';

describe('identity of a check', () => {
  test('the form of the debug lines of the genuine program', () => {
    const one = real('192.168.0.2', 80, { weight: 5 });
    const on = virtual('10.0.0.3:80', [one], { request: '/.testpage', receive: 'Test Page' });
    expect(identityOf(on, one)).toBe(String.raw`connect:tcp:192.168.0.2:80:::5:masq:\/\.testpage:Test\ Page`);
  });

  test('service, checkport, virtualhost and a per-real request are part of it', () => {
    const one = real('2001:db8::4', 80, { request: '/a', receive: 'b' });
    const on = virtual('[2001:db8::5]:80', [one], {
      checkType: { kind: 'combined', connects: 2 },
      checkPort: 8080,
      virtualHost: 'www',
    });
    expect(identityOf(on, one)).toBe(String.raw`combined:http:tcp:[2001:db8::4]:80:www:8080:1:masq:\/a:b`);
  });

  test('two virtuals with an equal real share one check, another weight makes it another', () => {
    const web = virtual('10.0.0.3:80', []);
    const other = virtual('10.0.0.4:80', []);
    expect(identityOf(web, real('192.168.0.1'))).toBe(identityOf(other, real('192.168.0.1')));
    expect(identityOf(web, real('192.168.0.1'))).not.toBe(identityOf(other, real('192.168.0.1', 80, { weight: 2 })));
  });

  test('the check goes to checkport, else to the real’s port, else to that of the service', () => {
    const on = virtual('10.0.0.3:80', [], { service: 'https' });
    expect(checkPortOf({ ...on, checkPort: 81 }, real('192.168.0.1', 8443))).toBe(81);
    expect(checkPortOf(on, real('192.168.0.1', 8443))).toBe(8443);
    expect(checkPortOf(on, real('192.168.0.1', 0))).toBe(443);
    expect(checkPortOf({ ...on, service: 'none' }, real('192.168.0.1', 0))).toBe(0);
  });
});
