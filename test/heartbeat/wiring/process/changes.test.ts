import type { Configuration } from '../../../../lib/heartbeat/config/configuration.js';
import { parseHaCf } from '../../../../lib/heartbeat/config/ha-cf.js';
import type { AuthKeys } from '../../../../lib/heartbeat/config/model.js';
import { watchChanges } from '../../../../lib/heartbeat/wiring/process/changes.js';
import { LB1 } from '../../../support/heartbeat-environment.js';

const keysOf = (key: string): AuthKeys => ({ sign: { index: 1, method: 'sha1', key }, keys: new Map() });
const good = (nodeName: string): Configuration => ({
  nodeName,
  config: parseHaCf('node lb1 lb2\nbcast eth0\n', 'ha.cf', LB1).value,
  keys: keysOf('with-the-rest'),
  groups: [],
});

const setUp = () => {
  const trace: string[] = [];
  const files = { config: 1, suite: 1, keys: 1 };
  let checked: Configuration | string = good('lb1');
  let keys: AuthKeys | string = keysOf('alone');
  const changes = watchChanges({
    times: () => ({ ...files }),
    read: { ...files },
    check: async () => checked,
    readKeys: () => keys,
    useKeys: ({ sign }) => trace.push(`keys ${sign.key}`),
    reload: () => trace.push('reload'),
    log: (priority, text) => trace.push(`${priority}: ${text}`),
  });
  return {
    changes,
    trace,
    touch: (file: keyof typeof files): void => {
      files[file] += 1;
    },
    nextCheck: (result: Configuration | string): void => {
      checked = result;
    },
    nextKeys: (result: AuthKeys | string): void => {
      keys = result;
    },
  };
};

const CHANGED = 'info: Configuration changed: beginning anew with the resources as they are.';

test('nothing changed', async () => {
  const { changes, trace } = setUp();
  await changes.look();
  expect(trace).toEqual(['info: Configuration unchanged.']);
  expect(changes.isWaiting()).toBe(false);
});

test.each(['config', 'suite'] as const)(
  'a changed file (%s) is checked, then a new life is asked for',
  async (file) => {
    const { changes, trace, touch } = setUp();
    touch(file);
    await changes.look();
    expect(trace).toEqual([CHANGED, 'reload']);
    expect(changes.newest()?.nodeName).toBe('lb1');
    expect(changes.newest()).toBeUndefined();
    await changes.look();
    expect(trace.at(-1)).toBe('info: Configuration unchanged.');
  },
);

test('a bad file changes nothing and is complained about until it is mended', async () => {
  const { changes, trace, touch, nextCheck } = setUp();
  touch('config');
  nextCheck('/etc/ha.d/ha.cf:3:1: unknown directive `keepalife`.');
  await changes.look();
  await changes.look();
  const complaint = 'ERROR: /etc/ha.d/ha.cf:3:1: unknown directive `keepalife`. Going on with the old configuration.';
  expect(trace).toEqual([complaint, complaint]);
  expect(changes.newest()).toBeUndefined();
  nextCheck(good('lb1'));
  await changes.look();
  expect(trace.slice(2)).toEqual([CHANGED, 'reload']);
});

test('ten signals in a row ask for one new life', async () => {
  const { changes, trace, touch } = setUp();
  touch('config');
  await Promise.all(Array.from({ length: 10 }, () => changes.look()));
  expect(trace.filter((entry) => entry === 'reload')).toHaveLength(1);
});

test('keys alone need no new life; broken ones change nothing', async () => {
  const { changes, trace, touch, nextKeys } = setUp();
  touch('keys');
  await changes.look();
  expect(trace).toEqual(['info: Rereading authentication file.', 'keys alone']);
  expect(changes.keys()?.sign.key).toBe('alone');
  touch('keys');
  nextKeys('/etc/ha.d/authkeys:1: no key 3.');
  await changes.look();
  expect(trace.at(-1)).toBe('ERROR: /etc/ha.d/authkeys:1: no key 3. Going on with the old keys.');
  expect(changes.keys()?.sign.key).toBe('alone');
});

test('keys that change while a new configuration waits for its life go with it', async () => {
  const { changes, touch } = setUp();
  touch('config');
  await changes.look();
  touch('keys');
  await changes.look();
  expect(changes.newest()?.keys.sign.key).toBe('alone');
  expect(changes.keys()).toBeUndefined();
});
