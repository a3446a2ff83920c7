/** What a round of a check does, and which time limits it as a whole (ldirectord reference 2.6, 4.1). */
import type { CheckType, Virtual } from '../../lib/ldirectord/config/model.js';
import { roundOf } from '../../lib/ldirectord/round.js';
import { seconds } from '../../lib/time.js';
import { virtual } from './build.js';

const tcp = (checkType: CheckType): Virtual =>
  virtual('10.0.0.3:80', [], {
    checkType,
    checkTimeout: seconds(3),
    negotiateTimeout: seconds(7),
    checkCount: 2,
  });
const udp = (checkType: CheckType): Virtual => {
  const one = tcp(checkType);
  return { ...one, key: { protocol: 'udp', family: 'ipv4', address: '10.0.0.3', port: 53 } };
};

test.each<readonly [string, Virtual, number, string, number]>([
  ['connect', tcp({ kind: 'connect' }), 0, 'connect', 3000],
  ['connect on udp', udp({ kind: 'connect' }), 0, 'ping', 6000],
  ['ping', tcp({ kind: 'ping' }), 0, 'ping', 6000],
  ['negotiate', tcp({ kind: 'negotiate' }), 0, 'negotiate', 7000],
  ['3', tcp({ kind: 'combined', connects: 3 }), 0, 'negotiate', 7000],
  ['3, after the negotiate', tcp({ kind: 'combined', connects: 3 }), 2, 'connect', 3000],
  ['3 on udp, after the negotiate', udp({ kind: 'combined', connects: 3 }), 2, 'ping', 6000],
  ['external', tcp({ kind: 'external' }), 0, 'external', 3300],
  ['external-perl', tcp({ kind: 'external-perl' }), 0, 'external-perl', 3300],
  ['on', tcp({ kind: 'on' }), 0, 'on', 3000],
  ['off', tcp({ kind: 'off' }), 0, 'off', 3000],
])('checktype=%s', (_, of, connectsLeft, does, deadline) => {
  expect(roundOf(of, connectsLeft)).toEqual({ does, deadline });
});
