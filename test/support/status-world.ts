/** Daemons that are only imagined, behind real control sockets in a folder of their own, and what they say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Happening } from '../../lib/events/event.js';
import { createEventStream } from '../../lib/events/stream.js';
import type { HeartbeatSnapshot, PeerSnapshot } from '../../lib/heartbeat/snapshot.js';
import type { LiveStatus, RealStatus } from '../../lib/ldirectord/live-status.js';
import { now } from '../../lib/platform/clock.js';
import { askControl, followControl } from '../../lib/platform/control-client.js';
import { openControlSocket } from '../../lib/platform/control-socket.js';
import { type Daemons, listDaemons } from '../../lib/platform/daemons.js';

/** lb2 with its partner lb1, which is dead when it is said so. */
export const heartbeatSays = (written: number, isDead = false): HeartbeatSnapshot => ({
  ...{ version: 1, program: 'heartbeat', node: 'lb2', pid: 4711, started: written - 3_600_000, written },
  cluster: {
    ...{ self: 'lb2', status: 'active', communicationUp: true, autoFailback: 'off', standby: 'not', jobs: 0 },
    ...{ holds: isDead ? 'all' : 'local', quiet: true, health: 'good', failing: [], heldKeys: null },
    nodes: [
      {
        ...{ name: 'lb1', type: 'normal', self: false, status: isDead ? 'dead' : 'active', kind: 'ha-suite' },
        ...{ heardAge: isDead ? 4000 : 120, deadAfter: 1000, holds: isDead ? 'none' : 'local', health: null },
        clockAhead: 0,
        links: [{ name: 'eth0', status: isDead ? 'dead' : 'up', heardAge: isDead ? 4000 : 120 }],
      },
      {
        ...{
          name: 'lb2',
          type: 'normal',
          self: true,
          status: 'active',
          kind: 'ha-suite',
          heardAge: 0,
          deadAfter: 1000,
        },
        ...{ holds: isDead ? 'all' : 'local', health: 'good', clockAhead: 0, links: [] },
      },
      {
        ...{ name: 'gateway', type: 'ping', self: false, status: 'ping', kind: 'other', heardAge: 300 },
        ...{ deadAfter: 10_000, holds: null, health: null, clockAhead: null },
        links: [{ name: 'gateway', status: 'up', heardAge: 300 }],
      },
    ],
    groups: { local: 'nowhere', foreign: isDead ? 'here' : 'there' },
    refused: { authentication: 3 },
  },
  groups: [
    {
      ...{ node: 'lb1', resources: ['IPaddr2::10.0.0.100/24/eth0', 'ldirectord::www.cf'] },
      ...{ line: '/etc/ha.d/haresources:1', place: isDead ? 'here' : 'there' },
    },
  ],
  since: { 'node lb1': written - 60_000, 'node lb2': written - 3_500_000, 'holding lb1': written - 59_000 },
  late: { duration: 250, at: written - 100_000 },
});

/** What lb1 has told lb2 of itself; nothing new since it is dead. */
export const peerSays = (isDead = false): PeerSnapshot => ({
  ...{ node: 'lb1', age: 2000, stale: isDead },
  told: {
    suite: 'ha-suite 1',
    links: [{ node: 'lb2', link: 'eth0', status: 'up', heardAge: 2150 }],
    groups: [{ prefers: 'lb1', group: 'IPaddr2::10.0.0.100/24/eth0', heldFor: 61_000 }],
    directors: [
      {
        ...{ name: 'www.cf', problem: null, virtualsLeft: 3 },
        virtuals: [
          {
            ...{ id: 'tcp:10.0.0.100:80', total: 3, up: 2, fallback: false },
            reals: [
              {
                ...{ server: '192.168.0.1:80', state: 'up', stateFor: 602_000, weight: 5, cause: null },
                connections: { active: 8, inactive: 2, readAge: 4000 },
              },
              {
                ...{ server: '192.168.0.9:80', state: 'down', stateFor: 12_000, weight: 5, cause: 'L4TIMEOUT' },
                connections: null,
              },
            ],
          },
        ],
      },
      { name: 'old.cf', problem: 'it does not answer', virtuals: [], virtualsLeft: 0 },
    ],
    files: [
      { name: 'ha.cf', is: 'same' },
      { name: 'haresources', is: 'differs' },
      { name: 'www.cf', is: 'only there' },
    ],
    left: { links: 0, groups: 0, directors: 0, files: 0 },
  },
});

const iso = (at: number): string => new Date(at).toISOString();

export const realSays = (written: number, some: Partial<RealStatus> = {}): RealStatus => ({
  ...{ server: '192.168.0.1:80', state: 'up', since: iso(written - 600_000), weight: 5, method: 'masq' },
  ...{ failures: 0, failureCount: 1, refused: false, check: 'negotiate http', lastFailure: null, maintenance: null },
  lastCheck: { at: iso(written - 900), durationMs: 3.2, result: 'up', cause: null },
  connections: { active: 12, inactive: 3, weight: 5, at: iso(written - 200) },
  ...some,
});

/** One virtual service with a real server that is up and one that is down. */
export const directorSays = (written: number): LiveStatus => ({
  ...{ version: 1, pid: 4712, config: '/etc/ha.d/www.cf', status: 'running' },
  ...{ started: iso(written - 3_000_000), loaded: iso(written - 2_000_000), written: iso(written) },
  virtuals: [
    {
      ...{ id: 'tcp:10.0.0.100:80', service: '10.0.0.100:80', protocol: 'tcp', scheduler: 'wlc', name: 'shop', up: 1 },
      reals: [
        realSays(written),
        realSays(written, {
          ...{ server: '192.168.0.2:80', state: 'down', failures: 7 },
          connections: { active: 1, inactive: 0, weight: 0, at: iso(written - 200) },
          lastCheck: { at: iso(written - 500), durationMs: 12, result: 'down', cause: 'L7STATUS 503' },
          lastFailure: { at: iso(written - 500), cause: 'L7STATUS 503', text: '503 Service Unavailable' },
        }),
      ],
      fallback: { server: '127.0.0.1:80', method: 'local', active: false },
    },
  ],
  table: { at: iso(written - 200), problem: null },
});

export interface StatusWorld {
  readonly folder: string;
  readonly daemons: Daemons;
  /** What the heartbeat says from now on; the event is told as well. */
  readonly happen: (isDead: boolean, event: Happening) => void;
  /** The heartbeat is gone and leaves its socket behind, as one that was killed. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const daemonsIn = (folder: string): Daemons => ({
  list: () => listDaemons(folder),
  past: () => [],
  ask: askControl,
  follow: followControl,
});

export const statusFolder = (): string => mkdtempSync(join(tmpdir(), 'status-'));

/** Opens the sockets of one heartbeat and one ldirectord. */
export const openStatusWorld = async (folder = statusFolder()): Promise<StatusWorld> => {
  const run = Date.now();
  const streams = {
    heartbeat: createEventStream({ node: 'lb2', program: 'heartbeat', instance: '', run }, now),
    ldirectord: createEventStream({ node: 'lb2', program: 'ldirectord', instance: 'www.cf', run }, now),
  };
  let isDead = false;
  const heartbeat = await openControlSocket(
    join(folder, 'heartbeat.sock'),
    { snapshot: () => ({ ...heartbeatSays(Date.now(), isDead), peer: peerSays(isDead) }), events: streams.heartbeat },
    { folder },
  );
  const director = await openControlSocket(
    join(folder, 'ldirectord-www.cf.sock'),
    { snapshot: () => directorSays(Date.now()), events: streams.ldirectord },
    { folder },
  );
  streams.ldirectord.emit({
    ...{ type: 'check', virtual: 'tcp:10.0.0.100:80', real: '192.168.0.2:80', from: 'up', to: 'down' },
    cause: 'L7STATUS 503',
  });
  return {
    folder,
    daemons: daemonsIn(folder),
    happen: (dead, event) => {
      isDead = dead;
      streams.heartbeat.emit(event);
    },
    kill: async () => {
      await heartbeat?.close();
      writeFileSync(join(folder, 'heartbeat.sock'), '');
    },
    close: async () => {
      await Promise.all([heartbeat?.close(), director?.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
