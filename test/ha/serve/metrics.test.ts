/** The figures: clean for Prometheus, of the documented names, and absent when the source stops. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { countKey, FAMILIES, metricsText } from '../../../lib/ha/serve/metrics.js';
import {
  directorHeard,
  type Heard,
  heartbeatHeard,
  type MachineStatus,
  machineStatus,
} from '../../../lib/ha/status/status.js';
import { readExposition } from '../../support/exposition.js';
import { violations } from '../../support/json-schema.js';
import { projectRoot } from '../../support/paths.js';
import { directorSays, heartbeatSays, peerSays } from '../../support/status-world.js';

const AT = 1_795_800_000_000;
const counts = {
  events: new Map([[countKey({ program: 'heartbeat', instance: '', type: 'node' }), 2]]),
  watchers: 1,
};
const statusOf = (isDead = false): MachineStatus =>
  machineStatus(AT, heartbeatHeard({ ...heartbeatSays(AT - 500, isDead), peer: peerSays(isDead) }, AT), [
    { name: 'www.cf', heard: directorHeard(directorSays(AT - 300), AT) },
  ]);
const read = async (status: MachineStatus) => readExposition(await metricsText(status, counts, 'ha-suite 1'));

test('the checker finds what promtool finds', () => {
  const wrong = (text: string): readonly string[] => readExposition(text).problems;
  expect(wrong('a 1\n')).toEqual(['a: no help text', 'a: no type']);
  expect(wrong('# HELP a_hits x\n# TYPE a_hits counter\na_hits 1\n')).toEqual(['a_hits: a counter ends in _total']);
  expect(wrong('# HELP a_total x\n# TYPE a_total gauge\na_total 1\n')).toEqual([
    'a_total: only a counter ends in _total',
  ]);
  expect(wrong('# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1\n')).toEqual(['a_ms: not a base unit']);
  expect(wrong('# HELP a:b x\n# TYPE a:b gauge\na:b 1\n')).toEqual(['a:b: not a name; colons are for recording rules']);
  expect(wrong('# HELP a x\n# TYPE a gauge\na 1\na 1\n')).toEqual(['a 1: stands twice']);
  expect(wrong('# HELP a x\n# TYPE a gauge\na{b="\n"} 1\n')).toContain('a{b=": no sample');
  expect(wrong('# HELP a x\n# TYPE a gauge\na 1')).toContain('the text does not end with a newline');
});

test('everything there is, clean', async () => {
  const { problems, samples, names } = await read(statusOf());
  expect(problems).toEqual([]);
  // All but one that only a dead fallback has would be a gap.
  expect(Object.keys(FAMILIES).filter((name) => !names.has(name))).toEqual([]);
  const value = (key: string): number | undefined => samples.get(key);
  expect(value('ha_suite_up{program="heartbeat",instance=""}')).toBe(1);
  expect(value('ha_suite_snapshot_age_seconds{program="ldirectord",instance="www.cf"}')).toBe(0.3);
  expect(value('ha_suite_link_up{node="lb1",link="eth0"}')).toBe(1);
  expect(value('ha_suite_peer_told_age_seconds{node="lb1"}')).toBe(2);
  expect(value('ha_suite_peer_file_same{node="lb1",file="ha.cf"}')).toBe(1);
  expect(value('ha_suite_peer_file_same{node="lb1",file="haresources"}')).toBe(0);
  expect(value('ha_suite_events_total{program="heartbeat",instance="",type="node"}')).toBe(2);
  expect(value('ha_suite_real_up{instance="www.cf",virtual="tcp:10.0.0.100:80",real="192.168.0.1:80"}')).toBe(1);
  expect(value('ha_suite_real_up{instance="www.cf",virtual="tcp:10.0.0.100:80",real="192.168.0.2:80"}')).toBe(0);
  expect(
    value('ha_suite_real_check_duration_seconds{instance="www.cf",virtual="tcp:10.0.0.100:80",real="192.168.0.2:80"}'),
  ).toBe(0.012);
  const real = 'instance="www.cf",virtual="tcp:10.0.0.100:80",real="192.168.0.2:80"';
  expect(value(`ha_suite_real_connections{${real},state="active"}`)).toBe(1);
  expect(value(`ha_suite_real_connections{${real},state="inactive"}`)).toBe(0);
  expect([value(`ha_suite_real_weight{${real}}`), value(`ha_suite_real_table_weight{${real}}`)]).toEqual([5, 0]);
  expect(value('ha_suite_table_read_timestamp_seconds{instance="www.cf"}')).toBe((AT - 500) / 1000);
});

test('connections that nobody knows are absent, not 0', async () => {
  const live = directorSays(AT);
  const unread = {
    ...live,
    table: { at: null, problem: 'ipvsadm is not installed' },
    virtuals: live.virtuals.map((one) => ({
      ...one,
      reals: one.reals.map((real) => ({ ...real, connections: null })),
    })),
  };
  const status = machineStatus(AT, heartbeatHeard(heartbeatSays(AT), AT), [
    { name: 'www.cf', heard: directorHeard(unread, AT) },
  ]);
  const { names, problems } = await read(status);
  expect(problems).toEqual([]);
  expect([...names].filter((name) => /table|connections/.test(name))).toEqual([]);
  expect(names.has('ha_suite_real_weight')).toBe(true);
});

test('the answer in full is what the schema says', () => {
  const schema = JSON.parse(readFileSync(join(projectRoot, 'packaging/schema/status.schema.json'), 'utf8'));
  expect(violations(schema, statusOf())).toEqual([]);
  const unknown = { ...heartbeatSays(AT), peer: { node: 'lb1', told: null, problem: 'not told' } };
  expect(violations(schema, machineStatus(AT, heartbeatHeard(unknown, AT), []))).toEqual([]);
});

test('a dead node', async () => {
  const { samples, problems } = await read(statusOf(true));
  expect(problems).toEqual([]);
  expect(samples.get('ha_suite_node_up{node="lb1"}')).toBe(0);
  const group = '{group="IPaddr2::10.0.0.100/24/eth0 ldirectord::www.cf",prefers="lb1"}';
  expect([samples.get(`ha_suite_group_here${group}`), samples.get(`ha_suite_group_owners${group}`)]).toEqual([1, 1]);
});

test.each<[string, Heard<never> | undefined]>([
  ['has never answered', { snapshot: null, problem: 'gone' }],
  ['is stale', undefined],
])('a source that %s has no figures of its own', async (_, heard) => {
  const old = heartbeatSays(AT - 60_000);
  const status = machineStatus(AT, heard ?? { snapshot: old, age: 60_000, stale: true }, []);
  const { samples, names, problems } = await read(status);
  expect(problems).toEqual([]);
  expect(samples.get('ha_suite_up{program="heartbeat",instance=""}')).toBe(0);
  expect(samples.get('ha_suite_snapshot_age_seconds{program="heartbeat",instance=""}')).toBe(heard ? undefined : 60);
  expect([...names].filter((name) => /_(node|link|group|late)_/.test(name))).toEqual([]);
});

test('any names give a clean text', async () => {
  const text = fc.string({ unit: 'binary' });
  await fc.assert(
    fc.asyncProperty(text, text, text, async (group, real, name) => {
      const beats = heartbeatSays(AT);
      const live = directorSays(AT);
      const status = machineStatus(
        AT,
        heartbeatHeard({ ...beats, groups: [{ ...beats.groups[0], resources: [group] }] }, AT),
        [
          {
            name,
            heard: directorHeard(
              {
                ...live,
                virtuals: live.virtuals.map((one) => ({ ...one, reals: [{ ...one.reals[0], server: real }] })),
              },
              AT,
            ),
          },
        ],
      );
      expect((await read(status)).problems).toEqual([]);
    }),
  );
});

test('docs/status-page.md names every metric with its labels, and no other', () => {
  const page = readFileSync(join(projectRoot, 'docs', 'status-page.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(ha_suite_\w+)` \| (\w+) \| ([^|]*) \| .{10,} \|$/gm)];
  const documented = rows.map(([, name, type, labels = '']) => [name, type, labels.replace(/[`\s]/g, '')]);
  const real = Object.entries(FAMILIES).map(([name, { type, labels }]) => [name, type, labels.join(',')]);
  expect(documented.toSorted()).toEqual(real.toSorted());
});
