/** The order in which jest runs test files: the longest first, so that none of them runs alone in the end. */
import { statSync } from 'node:fs';

/**
 * The lab files that take longer than half a minute with nothing else to do, the longest first; but those that play many labs
 * at once are not all in front.
 */
const LONG = [
  ...['lab/scenarios', 'lab/loss', 'lab/replace-a-node', 'lab/resources-misbehaving', 'lab/cluster', 'lab/demo'],
  ...['lab/ldirectord-daemon', 'lab/heartbeat-media-genuine', 'lab/heartbeat-stall-genuine', 'lab/agents-addresses'],
  ...['lab/heartbeat-basic-sanity', 'lab/heartbeat-lives', 'lab/heartbeat-stall', 'lab/heartbeat-recordings'],
  ...[
    'lab/standby',
    'lab/rc-scripts',
    'lab/heartbeat-daemon',
    'lab/heartbeat-children',
    'lab/heartbeat-reload-genuine',
  ],
];

const rank = (path) => {
  const index = LONG.findIndex((name) => path.endsWith(`/${name}.test.js`));
  return index < 0 ? LONG.length : index;
};

/** What jest asks of a sequencer; where nothing is known of the time, size is the best guess. */
export default class LongestFirst {
  sort(tests) {
    const known = tests.map((test) => ({ test, rank: rank(test.path), size: statSync(test.path).size }));
    return known.sort((one, other) => one.rank - other.rank || other.size - one.size).map(({ test }) => test);
  }

  /** Nothing is remembered from one run to the next. */
  cacheResults() {}

  allFailedTests() {
    throw new Error('which tests failed the last time is not remembered: --onlyFailures does not work here');
  }
}
