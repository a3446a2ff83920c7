/** What ldirectord knows: the configuration, the health of every real server in every virtual, and what follows for fallback commands. */
import type { Table } from '../ipvs/model.js';
import type { Millis } from '../time.js';
import { millis } from '../time.js';
import type { Verdict } from './checks/verdict.js';
import { type Chunks, chunksOf, itemAt, withItem } from './chunks.js';
import type { DirectorConfig, Real, Virtual } from './config/model.js';
import { ADOPTED, count, type Health, UNKNOWN } from './health.js';
import { identityOf } from './identity.js';
import { maintenanceVerdict } from './maintenance.js';
import type { MaintenanceMode } from './maintenance-note.js';
import { checkFailed, resettingFailures, softFailure } from './messages.js';
import { hostPort, realName, serviceId, tableName } from './names.js';
import { probeOf } from './probe.js';

/** A real server in one virtual service. */
export interface Member {
  /** Unique: the virtual and the identity of the check. */
  readonly id: string;
  readonly virtualId: string;
  readonly virtual: Virtual;
  readonly real: Real;
  /** What monitorfile and debug lines call its check. */
  readonly identity: string;
  /** Members with the same probe share one check. */
  readonly probe: string;
  /** The name of its place in the table. */
  readonly place: string;
  /** Its place among all members. */
  readonly index: number;
}

export interface Director {
  readonly config: DirectorConfig;
  /** In the order of the file; a real that is configured twice alike is one member. */
  readonly members: readonly Member[];
  readonly membersByProbe: ReadonlyMap<string, readonly Member[]>;
  readonly membersByVirtual: ReadonlyMap<string, readonly Member[]>;
  /** By virtual, then by place in the table: the same real twice, or ports mapped onto one, share a place. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, readonly Member[]>>;
  /** By the index of the member; read it with `healthOf`. */
  readonly health: Chunks<Health>;
  /** Virtuals (by id) of an earlier configuration that still have to leave the table. */
  readonly retired: ReadonlySet<string>;
  /** Members (by id) that the engine has refused to let serve, although they are up. */
  readonly refused: ReadonlySet<string>;
  /** Members (by id) that are drained: they keep their place at weight 0 whatever quiescent says. */
  readonly drained: ReadonlySet<string>;
  /** What each virtual's fallbackcommand was called with last. */
  readonly fallbackModes: ReadonlyMap<string, FallbackMode>;
}

export type FallbackMode = 'start' | 'stop';

const groupBy = (members: readonly Member[], key: (member: Member) => string): Map<string, readonly Member[]> => {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const group = groups.get(key(member));
    if (group === undefined) groups.set(key(member), [member]);
    else group.push(member);
  }
  return groups;
};

const membersOf = (config: DirectorConfig): readonly Member[] => {
  const members = new Map<string, Member>();
  for (const virtual of config.virtuals) {
    const virtualId = serviceId(virtual.key);
    for (const real of virtual.reals) {
      const identity = identityOf(virtual, real);
      const id = `${virtualId} ${identity}`;
      if (members.has(id)) continue;
      const probe = probeOf(virtual, real);
      const place = tableName(virtual, real);
      members.set(id, { id, virtualId, virtual, real, identity, probe, place, index: members.size });
    }
  }
  return [...members.values()];
};

/** Those of some members (by id) that a new configuration still has. */
const stillThere = (members: readonly Member[], ids: ReadonlySet<string> = new Set()): ReadonlySet<string> =>
  new Set(members.map(({ id }) => id).filter((id) => ids.has(id)));

/** The names of all destinations with a weight, by virtual: who is serving now. */
const serving = (actual: Table): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    actual.services.map(({ key, destinations }) => [
      serviceId(key),
      new Set(destinations.filter(({ weight }) => weight > 0).map(({ address, port }) => hostPort(address, port))),
    ]),
  );

/**
 * Takes up a configuration, at start (no `previous`) or at a reload.
 *
 * What did not change keeps its health. Anything else that already serves in the table counts as up until its first
 * check says otherwise, so that neither a restart nor a reload interrupts traffic; this replaces the genuine
 * add-remove-add dance (reference 3.3 and 7, no. 8). `actual` is undefined when the table cannot be read now.
 *
 * `leftBehind` are virtuals that a killed daemon may have left in the table: those that are configured no more leave it.
 */
export const adopt = (
  config: DirectorConfig,
  actual: Table | undefined,
  previous?: Director,
  leftBehind: ReadonlySet<string> = new Set(),
): Director => {
  const members = membersOf(config);
  const present = serving(actual ?? { services: [] });
  const membersByVirtual = groupBy(members, ({ virtualId }) => virtualId);
  const known = new Map(previous?.members.map((member) => [member.id, healthOf(previous, member)]));
  const standing = ({ id, virtualId, place }: Member): Health => {
    const kept = known.get(id);
    if (kept !== undefined && kept.standing !== 'unknown') return kept;
    return present.get(virtualId)?.has(place) === true ? ADOPTED : UNKNOWN;
  };
  const configured = new Set(config.virtuals.map(({ key }) => serviceId(key)));
  // A virtual that is not in the table any more is nobody's: whoever adds it later owns it.
  const isThere = new Set(actual?.services.map(({ key }) => serviceId(key)) ?? []);
  const before = previous?.config.virtuals.map(({ key }) => serviceId(key)) ?? [];
  const earlier = [...leftBehind, ...(previous?.retired ?? []), ...before];
  return {
    config,
    members,
    membersByProbe: groupBy(members, ({ probe }) => probe),
    membersByVirtual,
    places: new Map(
      [...membersByVirtual].map(([virtualId, group]) => [virtualId, groupBy(group, ({ place }) => place)]),
    ),
    health: chunksOf(members.map(standing)),
    retired: new Set(earlier.filter((id) => !configured.has(id) && (actual === undefined || isThere.has(id)))),
    refused: stillThere(members, previous?.refused),
    drained: stillThere(members, previous?.drained),
    fallbackModes: new Map([...(previous?.fallbackModes ?? [])].filter(([id]) => configured.has(id))),
  };
};

/** The health of one member. */
export const healthOf = (director: Pick<Director, 'health'>, { index }: Pick<Member, 'index'>): Health =>
  itemAt(director.health, index) ?? UNKNOWN;

/** Whether any real of a virtual is up: then the fallback is not wanted. */
export const anyUp = (director: Director, virtualId: string): boolean =>
  (director.membersByVirtual.get(virtualId) ?? []).some((member) => healthOf(director, member).standing === 'up');

/** What became of a batch: virtuals that have left the table, and members whose place the engine has granted or refused. */
export interface Settled {
  readonly gone: ReadonlySet<string>;
  readonly granted: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

/**
 * Takes in what became of a batch. `changed`: members that are refused since now, or no longer; whether the fallback of
 * their virtual is wanted has to be looked at anew.
 */
export const settle = (
  director: Director,
  { gone, granted, refused }: Settled,
): { readonly director: Director; readonly changed: ReadonlySet<string> } => {
  const lifted = [...granted].filter((id) => director.refused.has(id) && !refused.has(id));
  const fresh = [...refused].filter((id) => !director.refused.has(id));
  const changed = new Set([...lifted, ...fresh]);
  if (gone.size === 0 && changed.size === 0) return { director, changed };
  return {
    director: {
      ...director,
      retired: new Set([...director.retired].filter((id) => !gone.has(id))),
      refused: new Set([...director.refused, ...fresh].filter((id) => !lifted.includes(id))),
    },
    changed,
  };
};

export interface Heard {
  readonly director: Director;
  readonly log: readonly string[];
  /** Members whose place in the table may have to change; `entering` after their very first answer. */
  readonly touched: ReadonlyMap<string, { readonly entering: boolean }>;
}

const NOTHING_TOUCHED: Heard['touched'] = new Map();

/** The same set with or without an element; the very same when nothing changes. */
const withElement = (set: ReadonlySet<string>, element: string, wanted: boolean): ReadonlySet<string> => {
  if (set.has(element) === wanted) return set;
  return new Set(wanted ? [...set, element] : [...set].filter((one) => one !== element));
};

/**
 * Takes in the result of one check, for all virtuals that share it (reference 4.2, 5.2). `maintenanceOf`: members that
 * are down whatever the result is (reference 4.6).
 */
export const hear = (
  director: Director,
  probe: string,
  result: Verdict,
  maintenanceOf: (member: Member) => MaintenanceMode | undefined = () => undefined,
): Heard => {
  const log: string[] = [];
  let touched: Map<string, { readonly entering: boolean }> | undefined;
  let all = director.health;
  let { drained } = director;
  for (const member of director.membersByProbe.get(probe) ?? []) {
    const { id, virtualId, virtual, real, index } = member;
    const before = healthOf(director, member);
    const mode = maintenanceOf(member);
    const verdict = mode === undefined ? result : maintenanceVerdict(mode);
    // reference 4.6: maintenance takes a server out at once, whatever failurecount says.
    const limit = mode === undefined ? virtual.failureCount : 1;
    const { health, event, cleared } = count(before, verdict.state === 'up', limit);
    const wasDrained = drained.has(id);
    drained = withElement(drained, id, mode === 'drained');
    // Nearly every result changes nothing, and then nothing is made.
    if (health !== before) all = withItem(all, index, health);
    if (cleared) log.push(resettingFailures(realName(real), virtualId));
    if (verdict.state === 'down' && event !== 'same') {
      if (verdict.note !== undefined && !log.includes(verdict.note)) log.push(verdict.note);
      if (verdict.cause !== 'OFF') log.push(checkFailed(realName(real), virtualId, verdict));
    }
    if (event === 'soft') log.push(softFailure(realName(real), virtualId, health.failures, virtual.failureCount));
    // Without quiescent a drain decides whether a server that is down has a place.
    if (event === 'up' || event === 'down' || wasDrained !== drained.has(id)) {
      touched ??= new Map();
      touched.set(id, { entering: before.standing === 'unknown' });
    }
  }
  return {
    director:
      all === director.health && drained === director.drained ? director : { ...director, health: all, drained },
    log,
    touched: touched ?? NOTHING_TOUCHED,
  };
};

/** A fallbackcommand that is to be run, because the state of its virtual has changed (reference 4.7). */
export interface FallbackCall {
  readonly virtualId: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The fallback commands that the present health calls for, and the director that remembers them as run. */
export const fallbackCalls = (
  director: Director,
): { readonly director: Director; readonly calls: readonly FallbackCall[] } => {
  const calls: FallbackCall[] = [];
  let modes = director.fallbackModes;
  for (const { key, fallbackCommand } of director.config.virtuals) {
    if (fallbackCommand === undefined) continue;
    const virtualId = serviceId(key);
    const mode: FallbackMode = anyUp(director, virtualId) ? 'stop' : 'start';
    if (modes.get(virtualId) === mode) continue;
    modes = new Map(modes).set(virtualId, mode);
    const place = key.protocol === 'fwm' ? ':0' : hostPort(key.address, key.port);
    calls.push({ virtualId, command: fallbackCommand, args: [mode, place, key.protocol] });
  }
  return calls.length === 0 ? { director, calls } : { director: { ...director, fallbackModes: modes }, calls };
};

/** The interval of every check; a check that several virtuals share is made at the shortest of theirs. */
export const checkIntervals = (director: Director): ReadonlyMap<string, Millis> =>
  new Map(
    [...director.membersByProbe].map(([probe, members]) => [
      probe,
      millis(Math.min(...members.map(({ virtual }) => virtual.checkInterval))),
    ]),
  );
