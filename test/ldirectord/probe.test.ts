/** Probes: which virtuals share one check of a real, and that its outcome reaches them all. */
import { down, up } from '../../lib/ldirectord/checks/verdict.js';
import type { CheckType, Real, Virtual } from '../../lib/ldirectord/config/model.js';
import { adopt, checkIntervals, healthOf, hear } from '../../lib/ldirectord/director.js';
import { probeOf } from '../../lib/ldirectord/probe.js';
import { seconds } from '../../lib/time.js';
import { config, mark, real, virtual } from './build.js';

const NEGOTIATE: CheckType = { kind: 'negotiate' };
const web = (more: Partial<Virtual> = {}): Virtual => virtual('10.0.0.3:80', [], { checkType: NEGOTIATE, ...more });
const one = (more: Partial<Real> = {}): Real => real('192.168.0.1', 80, more);

describe('what is one check', () => {
  test('weight, method and thresholds make no difference, nor does the virtual', () => {
    const same = probeOf(web(), one());
    expect(probeOf(virtual('10.0.0.4:80', [], { checkType: NEGOTIATE }), one())).toBe(same);
    expect(probeOf(web(), one({ weight: 7, method: 'gate', upper: 10, lower: 5 }))).toBe(same);
    expect(probeOf(web({ failureCount: 3, quiescent: true, checkInterval: seconds(1) }), one())).toBe(same);
  });

  test.each<[string, Partial<Virtual>, Partial<Real>]>([
    ['another address', {}, { address: '192.168.0.2' }],
    ['another port', {}, { port: 81 }],
    ['checkport', { checkPort: 81 }, {}],
    ['another service', { service: 'https' }, {}],
    ['another type of check', { checkType: { kind: 'combined', connects: 2 } }, {}],
    ['another request', { request: '/other' }, {}],
    ['a request of the real’s own', {}, { request: '/own' }],
    ['another receive', { receive: 'x' }, {}],
    ['the same request and receive, but the real’s own', {}, { request: '/', receive: '' }],
    ['virtualhost', { virtualHost: 'www' }, {}],
    ['httpmethod', { httpMethod: 'HEAD' }, {}],
    ['login', { login: 'me' }, {}],
    ['passwd', { password: 'secret' }, {}],
    ['database', { database: 'db' }, {}],
    ['secret', { secret: 's' }, {}],
    ['negotiatetimeout', { negotiateTimeout: seconds(3) }, {}],
    ['checktimeout', { checkTimeout: seconds(3) }, {}],
    ['checkcount', { checkCount: 3 }, {}],
  ])('%s makes another one', (_, virtualMore, realMore) => {
    expect(probeOf(web(virtualMore), one(realMore))).not.toBe(probeOf(web(), one()));
  });

  test('the settings of one check do not run into each other', () => {
    const kind = { checkType: NEGOTIATE };
    expect(probeOf(web({ ...kind, login: 'a","b' }), one())).not.toBe(
      probeOf(web({ ...kind, login: 'a', password: 'b' }), one()),
    );
  });

  test('a connect asks for nothing: request, receive and service are not part of it, a mark or tcp is the same', () => {
    const connect = virtual('10.0.0.3:80', []);
    const same = probeOf(connect, one());
    expect(probeOf({ ...connect, request: '/x', receive: 'y', service: 'ftp', login: 'me' }, one())).toBe(same);
    expect(probeOf(mark(7, []), one())).toBe(same);
    expect(probeOf({ ...connect, checkTimeout: seconds(1) }, one())).not.toBe(same);
  });

  test('connect on udp is a ping', () => {
    const udp = virtual('10.0.0.3:53', []);
    const key = { protocol: 'udp', family: 'ipv4', address: '10.0.0.3', port: 53 } as const;
    expect(probeOf({ ...udp, key }, one())).toBe(probeOf({ ...udp, checkType: { kind: 'ping' } }, one({ port: 53 })));
  });

  test('external programs are shared as the genuine ones are: by identity', () => {
    const external = web({ checkType: { kind: 'external' }, checkCommand: '/x' });
    expect(probeOf(external, one())).toBe(probeOf({ ...external, key: { ...external.key } }, one()));
    expect(probeOf(external, one({ weight: 2 }))).not.toBe(probeOf(external, one()));
    expect(probeOf({ ...external, checkCommand: '/y' }, one())).not.toBe(probeOf(external, one()));
  });
});

describe('one check for several virtuals', () => {
  const shared = config([
    virtual('10.0.0.3:80', [one({ weight: 1 })], { failureCount: 1, checkInterval: seconds(10) }),
    virtual('10.0.0.4:80', [one({ weight: 5 })], { failureCount: 2, checkInterval: seconds(4) }),
  ]);

  test('there is one, at the shortest interval', () => {
    const director = adopt(shared, { services: [] });
    expect([...checkIntervals(director).values()]).toEqual([4000]);
    expect([...director.membersByProbe.values()].map((members) => members.length)).toEqual([2]);
  });

  test('its outcome reaches all, each counts for itself', () => {
    let director = adopt(shared, { services: [] });
    const [probe = ''] = director.membersByProbe.keys();
    const standings = () => director.members.map((member) => healthOf(director, member).standing);
    const say = (verdict: Parameters<typeof hear>[2]) => {
      const heard = hear(director, probe, verdict);
      director = heard.director;
      return heard.touched.size;
    };
    expect(say(up())).toBe(2);
    expect(standings()).toEqual(['up', 'up']);
    expect(say(down('L4REFUSED'))).toBe(1);
    expect(standings()).toEqual(['down', 'up']);
    expect(say(down('L4REFUSED'))).toBe(1);
    expect(standings()).toEqual(['down', 'down']);
    expect(say(down('L4REFUSED'))).toBe(0);
  });

  test('a result that changes nothing makes nothing anew', () => {
    const director = adopt(shared, { services: [] });
    const [probe = ''] = director.membersByProbe.keys();
    const raised = hear(director, probe, up()).director;
    expect(hear(raised, probe, up()).director).toBe(raised);
  });
});
