/** Wiring: who hears of what happens — monitorfiles, mails, the live state, and the other instances, which follow the first round. */
import { hostname } from 'node:os';
import type { Log } from '../../log.js';
import { directorText } from '../../peer/format.js';
import { directorSummary } from '../../peer/summary.js';
import { now } from '../../platform/clock.js';
import { directorSocket } from '../../platform/control-socket.js';
import { directorJournal } from '../../platform/event-journal.js';
import { openTelling } from '../../platform/telling.js';
import { type Millis, seconds } from '../../time.js';
import type { Verdict } from '../checks/verdict.js';
import type { DirectorConfig } from '../config/model.js';
import { type Director, type Heard, healthOf, type Member } from '../director.js';
import { moved, tableChanged } from '../happenings.js';
import type { Standing } from '../health.js';
import { createHistory } from '../history.js';
import { callsAtReload, callsForAll } from '../instances.js';
import { liveStatus } from '../live-status.js';
import type { LookAtTable } from '../loads.js';
import { maintenanceVerdict } from '../maintenance.js';
import type { MaintenanceNote } from '../maintenance-note.js';
import { isAnswered, STARTING, stepPhase } from '../phase.js';
import type { PlannedChange } from '../plan.js';
import { createAlerter } from './alerts.js';
import { createInstanceRunner } from './commands.js';
import { createMonitorFiles } from './monitor-files.js';

export interface WitnessOptions {
  readonly director: () => Director;
  /** What a file in the maintenance directory says of a member; undefined: there is none. */
  readonly maintenanceOf: (member: Member) => MaintenanceNote | undefined;
  /** Looks at the table for who asks, unless it was read lately; never rejects. `oldest`: what is lately. */
  readonly look: (oldest?: Millis) => Promise<LookAtTable>;
  /** Resolves when the table is in line. */
  readonly idle: () => Promise<void>;
  readonly log: Log;
  /** The name of the configuration. */
  readonly name: string;
  /** What runs the other instances of execute=. */
  readonly program: readonly string[];
}

export interface Witness {
  /** A check begins. */
  readonly begun: (probe: string) => void;
  /** A check has ended. */
  readonly heard: (probe: string, result: Verdict, heard: Heard) => void;
  /** These changes of the table were made. */
  readonly done: (changes: readonly PlannedChange[]) => void;
  /** Loads what a configuration needs that is about to come into force. */
  readonly prepare: (next: DirectorConfig) => Promise<void>;
  /** The director has a new configuration, at the start (no `previous`) or by a reload. */
  readonly inForce: (previous: DirectorConfig | undefined) => void;
  /** A new configuration has errors, and the old one stays. */
  readonly refused: (file: string, cause: string) => void;
  /** Opens the socket of the live state. */
  readonly listen: () => Promise<void>;
  /** The daemon stops: the other instances first (ldirectord reference 5.8). */
  readonly stopping: () => Promise<void>;
  /** The table is clean: sends and writes what still waits. */
  readonly finish: () => Promise<void>;
}

/** The other node is told every ten seconds, whoever asks for it more often. */
const SUMMARY_AGE = seconds(9);

const instancesOf = (config: DirectorConfig): readonly string[] => config.execute.map(({ value }) => value);

export const createWitness = (options: WitnessOptions): Witness => {
  const { director, maintenanceOf, idle, log } = options;
  const startedAt = now().wall;
  let loadedAt = startedAt;
  let phase = STARTING;
  const history = createHistory();
  const monitorFiles = createMonitorFiles(log);
  const alerter = createAlerter({ status: () => phase.status, log });
  const runInstances = createInstanceRunner(options.program, log);

  /** Ends a start or a reload when all is answered and in the table. */
  const leavePhase = async (): Promise<void> => {
    if (!isAnswered(phase)) return;
    await idle();
    const before = phase.status;
    phase = stepPhase(phase, { kind: 'in line' });
    if (before === 'starting' && phase.status === 'running')
      await runInstances(callsForAll(instancesOf(director().config), 'start'));
  };

  const tellLive = async (oldest?: Millis) => {
    const look = await options.look(oldest);
    return liveStatus({
      director: director(),
      history,
      maintenanceOf,
      look,
      status: phase.status,
      pid: process.pid,
      startedAt,
      loadedAt,
      wall: now().wall,
    });
  };
  const { name } = options;
  const telling = openTelling({
    who: { node: hostname(), program: 'ldirectord', instance: name, run: startedAt },
    socket: directorSocket(name),
    journal: directorJournal(name),
    snapshot: () => tellLive(),
    summary: async () => directorText(directorSummary(name, await tellLive(SUMMARY_AGE))),
    without: 'live status',
    log,
  });
  /** As it was told last. */
  const standings = new Map<string, Standing>();
  const tellMove = (member: Member, result: Verdict): void => {
    const to = healthOf(director(), member).standing;
    telling.tell(moved(member, standings.get(member.id) ?? 'unknown', to, result));
    standings.set(member.id, to);
  };

  return {
    begun: (probe) => history.begin(probe, now()),
    heard: (probe, result, { touched }) => {
      const isFirst = history.end(probe, result, now());
      for (const id of touched.keys()) history.move(id, now());
      for (const member of director().membersByProbe.get(probe) ?? []) {
        const note = maintenanceOf(member);
        const verdict = note === undefined ? result : maintenanceVerdict(note.mode);
        monitorFiles.note(member, verdict);
        if (touched.has(member.id)) tellMove(member, verdict);
      }
      if (!isFirst) return;
      phase = stepPhase(phase, { kind: 'answered' });
      // What the answer has changed is asked for in this turn of the event loop.
      setImmediate(() => void leavePhase());
    },
    done: (changes) => {
      alerter.tell(changes);
      for (const change of changes) telling.tell(tableChanged(change));
    },
    prepare: (next) => alerter.prepare(next),
    inForce: (previous) => {
      const { config, members, membersByProbe } = director();
      const ids = new Set(members.map(({ id }) => id));
      const awaited = history.keep(new Set(membersByProbe.keys()), ids, now());
      phase = stepPhase(phase, { kind: 'begun', status: previous === undefined ? 'starting' : 'reloading', awaited });
      loadedAt = previous === undefined ? startedAt : now().wall;
      for (const id of standings.keys()) if (!ids.has(id)) standings.delete(id);
      telling.tell({ type: 'config', change: 'in force', file: config.path });
      alerter.follow(config);
      void monitorFiles.keep(members);
      if (previous !== undefined && phase.status !== 'stopping')
        void runInstances(callsAtReload(instancesOf(previous), instancesOf(config)));
      // There may be nothing new to be checked: then only the table is waited for.
      setImmediate(() => void leavePhase());
    },
    refused: (file, cause) => telling.tell({ type: 'config', change: 'refused', file, cause }),
    listen: async () => {
      telling.tell({ type: 'daemon', change: 'started' });
      await telling.listen();
    },
    stopping: () => {
      phase = stepPhase(phase, { kind: 'stopping' });
      telling.tell({ type: 'daemon', change: 'stopping' });
      return runInstances(callsForAll(instancesOf(director().config), 'stop'));
    },
    finish: async () => {
      telling.tell({ type: 'daemon', change: 'stopped' });
      await Promise.all([alerter.finish(), monitorFiles.close(), telling.close()]);
    },
  };
};
