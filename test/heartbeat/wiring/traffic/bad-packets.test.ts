import { badPacketTotal, countBadPacket, noBadPackets } from '../../../../lib/heartbeat/wiring/traffic/bad-packets.js';
import { seconds } from '../../../../lib/time.js';

test('a flood is three lines in half a minute, then one that tells how many were not logged', () => {
  let state = noBadPackets;
  const told: number[] = [];
  for (let index = 0; index < 1000; index += 1) {
    const step = countBadPacket(state, 'bad-signature', seconds(index / 100));
    state = step.state;
    if (step.tell) told.push(index);
  }
  expect(told).toEqual([0, 1, 2]);
  expect(badPacketTotal(state)).toBe(1000);
  expect(countBadPacket(state, 'bad-signature', seconds(30))).toMatchObject({ tell: true, silent: 997 });
  expect(countBadPacket(state, 'frame', seconds(10))).toMatchObject({ tell: true, silent: 0 });
});
