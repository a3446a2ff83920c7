/** The figures for Prometheus: what is known now. What a source no longer says is absent, never the last value. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { HaEvent } from '../../events/event.js';
import type { NodeSnapshot } from '../../heartbeat/cluster/snapshot.js';
import type { GroupSnapshot, HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import type { LiveStatus, RealStatus, VirtualStatus } from '../../ldirectord/live-status.js';
import { visible } from '../../text/visible.js';
import { type Heard, type MachineStatus, NO_HEARTBEAT } from '../status/status.js';

interface Family {
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
}

const DAEMON = ['program', 'instance'] as const;
const REAL = ['instance', 'virtual', 'real'] as const;
const CONNECTIONS = [...REAL, 'state'] as const;
const VIRTUAL = ['instance', 'virtual'] as const;

const gauge = (help: string, labels: readonly string[] = []): Family => ({ type: 'gauge', help, labels });
const counter = (help: string, labels: readonly string[] = []): Family => ({ type: 'counter', help, labels });

/** Every metric there can be, by name; docs/status-page.md lists them. */
export const FAMILIES = {
  ha_suite_build_info: gauge('Version of ha-suite; always 1.', ['version']),
  ha_suite_up: gauge('Whether the daemon answers (1) or not (0).', DAEMON),
  ha_suite_snapshot_age_seconds: gauge('Age of the newest answer of the daemon.', DAEMON),
  ha_suite_snapshot_timestamp_seconds: gauge('When the newest answer of the daemon was written.', DAEMON),
  ha_suite_start_timestamp_seconds: gauge('When the daemon began.', DAEMON),
  ha_suite_troubles: gauge('Things that are not as they should be.'),
  ha_suite_events_total: counter('Events of the daemons since the page was started.', [...DAEMON, 'type']),
  ha_suite_page_watchers: gauge('Browsers and programs that follow the page.'),
  ha_suite_node_up: gauge('Whether the node is alive (1) or dead (0).', ['node']),
  ha_suite_node_info: gauge('Status and holding of the node; always 1.', ['node', 'type', 'status', 'holds']),
  ha_suite_node_heard_age_seconds: gauge('Since the last status message of the node.', ['node']),
  ha_suite_node_dead_after_seconds: gauge('Silence after which the node counts as dead.', ['node']),
  ha_suite_node_clock_offset_seconds: gauge('How far the clock of the node is ahead.', ['node']),
  ha_suite_node_fit: gauge('Whether the monitors of the node say that it is fit (1) or not (0).', ['node']),
  ha_suite_link_up: gauge('Whether the link to the node is up (1) or dead (0).', ['node', 'link']),
  ha_suite_link_heard_age_seconds: gauge('Since the last packet of the node on the link.', ['node', 'link']),
  ha_suite_group_owners: gauge('Nodes that hold the group: 1 is right.', ['group', 'prefers']),
  ha_suite_group_here: gauge('Whether this node holds the group (1) or not (0).', ['group', 'prefers']),
  ha_suite_peer_told_age_seconds: gauge('Since the other node has told of itself.', ['node']),
  ha_suite_peer_file_same: gauge('Whether the file is the same on both nodes (1) or not (0).', ['node', 'file']),
  ha_suite_resource_jobs: gauge('Resource jobs under way on this node.'),
  ha_suite_resources_quiet: gauge('Whether nothing moves (1) or resources are moving (0).'),
  ha_suite_packets_refused_total: counter('Packets that were refused, by reason.', ['reason']),
  ha_suite_late_seconds: gauge('How late the daemon itself was last.'),
  ha_suite_late_timestamp_seconds: gauge('When the daemon itself was late last.'),
  ha_suite_table_read_timestamp_seconds: gauge('When connections and weights were read from the table.', ['instance']),
  ha_suite_virtual_reals: gauge('Real servers of the virtual service.', VIRTUAL),
  ha_suite_virtual_reals_up: gauge('Real servers of the virtual service that are up.', VIRTUAL),
  ha_suite_virtual_fallback_active: gauge('Whether the fallback stands in (1) or not (0).', VIRTUAL),
  ha_suite_real_up: gauge('Whether the real server is up (1) or not (0).', REAL),
  ha_suite_real_maintenance: gauge('Whether the real server is in maintenance (1) or not (0).', REAL),
  ha_suite_real_weight: gauge('Configured weight of the real server.', REAL),
  ha_suite_real_table_weight: gauge('Weight of the real server in the table.', REAL),
  ha_suite_real_connections: gauge('Connections of the real server, active or inactive.', CONNECTIONS),
  ha_suite_real_failures: gauge('Failed checks in a row.', REAL),
  ha_suite_real_since_timestamp_seconds: gauge('When the real server came into its state.', REAL),
  ha_suite_real_check_timestamp_seconds: gauge('When the real server was checked last.', REAL),
  ha_suite_real_check_duration_seconds: gauge('How long the last check took.', REAL),
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly name: FamilyName;
  readonly value: number;
  readonly labels: Labels;
}

const sample = (name: FamilyName, value: number | boolean, labels: Labels = {}): Sample => ({
  name,
  value: Number(value),
  labels: Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, visible(text)])),
});
const optional = (name: FamilyName, value: number | null | undefined, labels: Labels): readonly Sample[] =>
  value === null || value === undefined || Number.isNaN(value) ? [] : [sample(name, value, labels)];
const inSeconds = (milliseconds: number | null): number | null => (milliseconds === null ? null : milliseconds / 1000);
const isoSeconds = (iso: string): number => Date.parse(iso) / 1000;

const nodeSamples = (one: NodeSnapshot): readonly Sample[] => {
  const node = one.name;
  const fit = one.health === 'good' ? 1 : one.health === 'bad' ? 0 : null;
  return [
    sample('ha_suite_node_up', one.status !== 'dead', { node }),
    sample('ha_suite_node_info', 1, { node, type: one.type, status: one.status, holds: one.holds ?? 'unknown' }),
    ...optional('ha_suite_node_heard_age_seconds', inSeconds(one.heardAge), { node }),
    sample('ha_suite_node_dead_after_seconds', one.deadAfter / 1000, { node }),
    ...optional('ha_suite_node_clock_offset_seconds', one.clockAhead, { node }),
    ...optional('ha_suite_node_fit', fit, { node }),
    ...one.links.flatMap(({ name: link, status, heardAge }) => [
      sample('ha_suite_link_up', status === 'up', { node, link }),
      ...optional('ha_suite_link_heard_age_seconds', inSeconds(heardAge), { node, link }),
    ]),
  ];
};

const OWNERS = { here: 1, there: 1, nowhere: 0, both: 2, unknown: null } as const;

const groupSamples = (groups: readonly GroupSnapshot[]): readonly Sample[] =>
  groups.flatMap(({ node: prefers, resources, place }) => {
    const labels = { group: resources.join(' '), prefers };
    const here = place === 'unknown' ? null : Number(place === 'here' || place === 'both');
    return [
      ...optional('ha_suite_group_owners', OWNERS[place], labels),
      ...optional('ha_suite_group_here', here, labels),
    ];
  });

/** Its real servers are told by its own page: two sources for one figure would be counted twice. */
const peerSamples = (peer: HeartbeatSnapshot['peer']): readonly Sample[] => {
  if (peer === null || peer === undefined || peer.told === null || peer.stale) return [];
  const { node, told, age } = peer;
  return [
    sample('ha_suite_peer_told_age_seconds', age / 1000, { node }),
    ...told.files
      .filter(({ is }) => is !== 'unknown')
      .map(({ name: file, is }) => sample('ha_suite_peer_file_same', is === 'same', { node, file })),
  ];
};

const heartbeatSamples = ({ cluster, groups, late, peer }: HeartbeatSnapshot): readonly Sample[] => {
  const lateness =
    late === null
      ? []
      : [
          sample('ha_suite_late_seconds', late.duration / 1000),
          sample('ha_suite_late_timestamp_seconds', late.at / 1000),
        ];
  if (cluster === null) return lateness;
  return [
    ...cluster.nodes.flatMap(nodeSamples),
    ...groupSamples(groups),
    ...peerSamples(peer),
    sample('ha_suite_resource_jobs', cluster.jobs),
    sample('ha_suite_resources_quiet', cluster.quiet),
    ...Object.entries(cluster.refused).map(([reason, count]) =>
      sample('ha_suite_packets_refused_total', count, { reason }),
    ),
    ...lateness,
  ];
};

const tableSamples = ({ connections }: RealStatus, labels: Labels): readonly Sample[] =>
  connections === null || connections === undefined
    ? []
    : [
        sample('ha_suite_real_table_weight', connections.weight, labels),
        sample('ha_suite_real_connections', connections.active, { ...labels, state: 'active' }),
        sample('ha_suite_real_connections', connections.inactive, { ...labels, state: 'inactive' }),
      ];

const realSamples = (real: RealStatus, labels: Labels): readonly Sample[] => [
  sample('ha_suite_real_up', real.state === 'up', labels),
  sample('ha_suite_real_maintenance', real.state === 'maintenance' || real.state === 'drained', labels),
  sample('ha_suite_real_weight', real.weight, labels),
  ...tableSamples(real, labels),
  sample('ha_suite_real_failures', real.failures, labels),
  ...optional('ha_suite_real_since_timestamp_seconds', real.since === null ? null : isoSeconds(real.since), labels),
  ...(real.lastCheck === null
    ? []
    : [
        ...optional('ha_suite_real_check_timestamp_seconds', isoSeconds(real.lastCheck.at), labels),
        sample('ha_suite_real_check_duration_seconds', real.lastCheck.durationMs / 1000, labels),
      ]),
];

const virtualSamples = (one: VirtualStatus, instance: string): readonly Sample[] => {
  const labels = { instance, virtual: one.id };
  return [
    sample('ha_suite_virtual_reals', one.reals.length, labels),
    sample('ha_suite_virtual_reals_up', one.up, labels),
    ...(one.fallback === null ? [] : [sample('ha_suite_virtual_fallback_active', one.fallback.active, labels)]),
    ...one.reals.flatMap((real) => realSamples(real, { ...labels, real: real.server })),
  ];
};

const directorSamples = (instance: string, { virtuals, table }: LiveStatus): readonly Sample[] => {
  const at = table?.at ?? null;
  return [
    ...optional('ha_suite_table_read_timestamp_seconds', at === null ? null : isoSeconds(at), { instance }),
    ...virtuals.flatMap((one) => virtualSamples(one, instance)),
  ];
};

const sourceSamples = <T>(
  labels: Labels,
  heard: Heard<T>,
  times: (snapshot: T) => { readonly written: number; readonly started: number },
  inside: (snapshot: T) => readonly Sample[],
): readonly Sample[] => {
  // Nobody is to be alarmed because of a daemon that is not meant to run.
  if ('problem' in heard) return heard.problem === NO_HEARTBEAT ? [] : [sample('ha_suite_up', 0, labels)];
  const { written, started } = times(heard.snapshot);
  const about = [
    sample('ha_suite_up', !heard.stale, labels),
    sample('ha_suite_snapshot_age_seconds', heard.age / 1000, labels),
    ...optional('ha_suite_snapshot_timestamp_seconds', written / 1000, labels),
  ];
  if (heard.stale) return about;
  return [...about, ...optional('ha_suite_start_timestamp_seconds', started / 1000, labels), ...inside(heard.snapshot)];
};

/** What was counted since the page was started. */
export interface Counts {
  /** By program, instance and type, as `countKey` has them. */
  readonly events: ReadonlyMap<string, number>;
  readonly watchers: number;
}

/** The key of an event in `Counts`. */
export const countKey = ({ program, instance, type }: Pick<HaEvent, 'program' | 'instance' | 'type'>): string =>
  JSON.stringify([program, instance, type]);

const eventSamples = (events: Counts['events']): readonly Sample[] =>
  [...events].map(([key, count]) => {
    const [program, instance, type] = JSON.parse(key) as [string, string, string];
    return sample('ha_suite_events_total', count, { program, instance, type });
  });

const samplesOf = (
  { heartbeat, directors, troubles }: MachineStatus,
  counts: Counts,
  version: string,
): readonly Sample[] => [
  sample('ha_suite_build_info', 1, { version }),
  sample('ha_suite_troubles', troubles.length),
  sample('ha_suite_page_watchers', counts.watchers),
  ...eventSamples(counts.events),
  ...sourceSamples({ program: 'heartbeat', instance: '' }, heartbeat, (one) => one, heartbeatSamples),
  ...directors.flatMap(({ name, heard }) =>
    sourceSamples(
      { program: 'ldirectord', instance: name },
      heard,
      ({ written, started }) => ({ written: Date.parse(written), started: Date.parse(started) }),
      (live) => directorSamples(name, live),
    ),
  ),
];

/** The text format of Prometheus, version 0.0.4. */
export const metricsText = (status: MachineStatus, counts: Counts, version: string): Promise<string> => {
  const registry = new Registry();
  const metrics = new Map<FamilyName, Gauge | Counter>();
  for (const { name, value, labels } of samplesOf(status, counts, version)) {
    const { type, help, labels: labelNames } = FAMILIES[name];
    const known = metrics.get(name);
    const options = { name, help, labelNames: [...labelNames], registers: [registry] };
    const metric = known ?? (type === 'gauge' ? new Gauge(options) : new Counter(options));
    metrics.set(name, metric);
    // A gauge is set, not added to: two groups of the same words are one to Prometheus.
    if (metric instanceof Gauge) metric.set(labels, value);
    else metric.inc(labels, value);
  }
  return registry.metrics();
};

/** The content type of that text. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
