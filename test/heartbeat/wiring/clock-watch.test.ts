import { clockWatch } from '../../../lib/heartbeat/wiring/clock-watch.js';
import { millis } from '../../../lib/time.js';

test('a step back is said once, a step forward and small corrections are not (heartbeat reference 5.3)', () => {
  const said: string[] = [];
  const at = (mono: number, wall: number) => ({ mono: millis(mono), wall: millis(wall) });
  const look = clockWatch(at(0, 1_000_000), (priority, text) => said.push(`${priority}: ${text}`));
  look(at(100, 1_000_100));
  look(at(200, 999_900));
  look(at(300, 5_000_000));
  expect(said).toEqual([]);
  look(at(400, 1_400_000));
  look(at(500, 1_400_100));
  expect(said).toEqual(['info: Clock jumped backwards. Compensating.']);
  // A daemon that slept is not a clock that went back.
  look(at(60_000, 1_459_600));
  expect(said).toHaveLength(1);
});
