/**
 * Wiring: a daemon that decides and does nothing. Its changes go into a table in memory; the true one is read again and
 * again, and what differs for longer than genuine may need is told.
 */
import { hostname } from 'node:os';
import { imaginedEngine } from '../../ipvs/engines/imagined.js';
import type { Engine, Table } from '../../ipvs/model.js';
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { errorText } from '../../platform/error-text.js';
import { openTelling } from '../../platform/telling.js';
import { type Millis, millis } from '../../time.js';
import { createHistory } from '../history.js';
import { serviceId } from '../names.js';
import { differenceBegan, differenceEnded } from '../shadow/happenings.js';
import type { Genuine } from '../shadow/model.js';
import { type ShadowScene, shadowStatus, summaryOf } from '../shadow/status.js';
import { createPace, toleranceOf, waitAfterLook } from '../shadow/tolerance.js';
import { cannotLook, looked, NO_WATCH, reconfigured, type Step } from '../shadow/watch.js';
import { begunText, endedText, limitText, summaryText } from '../shadow/words.js';
import type { Deeds } from './deeds.js';
import { genuineFor } from './genuine.js';
import { shadowJournal, shadowSocket } from './shadow-places.js';
import type { Witness, WitnessOptions } from './witness.js';

const DAY = 86_400_000;

export interface Shadow {
  /** The engine that the daemon works with: it begins as the true table is now. Rejects when that cannot be read. */
  readonly openEngine: () => Promise<Engine>;
  readonly deeds: Deeds;
}

/** The tables, true and imagined; undefined: we have none yet. */
interface Tables {
  readonly readTrue: () => Promise<Table>;
  readonly imagined: () => Engine | undefined;
}

const createShadowWitness = (tables: Tables, { director, maintenanceOf, log, name }: WitnessOptions): Witness => {
  const startedAt = now();
  const history = createHistory();
  const pace = createPace();
  let watch = NO_WATCH;
  let checks = 0;
  let decisions = 0;
  let genuine: Genuine = genuineFor(name);
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let ended = false;

  const configured = (): ReadonlySet<string> => new Set(director().config.virtuals.map(({ key }) => serviceId(key)));

  /** The tolerance of each virtual at this instant, worked out when it is asked for, and once. */
  const tolerances = (): ((virtualId: string) => Millis) => {
    const known = new Map<string, Millis>();
    const { mono } = now();
    const costOf = (probe: string, deadline: Millis): Millis => pace.costOf(probe, deadline, mono);
    return (virtualId) => {
      const tolerance = known.get(virtualId) ?? toleranceOf(director(), virtualId, costOf);
      known.set(virtualId, tolerance);
      return tolerance;
    };
  };

  const scene = (): ShadowScene => ({
    director: director(),
    history,
    maintenanceOf,
    genuine,
    now: now(),
    open: [...watch.differences.open.values()],
    past: watch.past,
    tally: watch.differences.tally,
    counts: { ...watch.counts, checks, decisions },
    startedAt,
    comparing: watch.last !== undefined,
    pid: process.pid,
  });
  const telling = openTelling({
    who: { node: hostname(), program: 'ldirectord-shadow', instance: name, run: startedAt.wall },
    socket: shadowSocket(name),
    journal: shadowJournal(name),
    snapshot: () => shadowStatus(scene(), Math.max(0, ...[...configured()].map(tolerances()))),
    without: 'status of the shadow',
    log,
  });
  const summarise = (): void => log('info', summaryText(summaryOf(scene())));

  const take = ({ watch: next, news }: Step): void => {
    watch = next;
    if (news.idle !== undefined) log('WARN', `Nothing is compared: ${news.idle}`);
    if (news.resumed === true) log('info', 'Tables are compared again');
    for (const one of news.ended) {
      log('info', endedText(scene(), one));
      telling.tell(differenceEnded(one));
    }
    for (const one of news.begun) {
      log('WARN', begunText(scene(), one));
      telling.tell(differenceBegan(scene(), one));
    }
  };

  const look = async (): Promise<void> => {
    const begun = now().mono;
    try {
      genuine = genuineFor(name);
      const theirs = await tables.readTrue();
      const ours = await tables.imagined()?.read();
      const { state } = genuine;
      if (ours !== undefined && !ended)
        take(
          looked(watch, {
            ...{ configured: configured(), genuine: state, theirs, ours },
            ...{ toleranceFor: tolerances(), now: now() },
          }),
        );
    } catch (error) {
      take(cannotLook(watch, `the table cannot be read: ${errorText(error)}`));
    }
    if (ended) return;
    timer = setTimeout(lookSoon, waitAfterLook(millis(now().mono - begun), director().config.checkInterval));
  };
  const lookSoon = (): void => {
    looking = look();
  };
  const daily = setInterval(summarise, DAY);

  return {
    begun: (probe) => {
      history.begin(probe, now());
      pace.begin(probe, now().mono);
    },
    heard: (probe, result, { touched }) => {
      checks += 1;
      pace.end(probe, now().mono);
      history.end(probe, result, now());
      for (const id of touched.keys()) history.move(id, now());
    },
    done: (changes) => {
      decisions += changes.length;
      for (const { message } of changes) log('info', `Would do: ${message}`);
    },
    prepare: () => Promise.resolve(),
    inForce: (previous) => {
      const { config, members, membersByProbe } = director();
      const probes = new Set(membersByProbe.keys());
      history.keep(probes, new Set(members.map(({ id }) => id)), now());
      pace.keep(probes);
      watch = reconfigured(watch, previous?.virtuals.map(({ key }) => serviceId(key)) ?? [], configured());
      for (const { value } of config.execute)
        log('info', `execute=${value} is not followed: it needs a shadow of its own`);
      const most = [...configured()].map((id) => toleranceOf(director(), id, (_, deadline) => deadline));
      log('info', limitText(Math.max(0, ...most)));
      if (previous === undefined) lookSoon();
    },
    refused: () => undefined,
    listen: telling.listen,
    stopping: () => Promise.resolve(),
    finish: async () => {
      ended = true;
      clearTimeout(timer);
      clearInterval(daily);
      await looking;
      summarise();
      await telling.close();
    },
  };
};

/** `openTrue` opens the engine whose table is read, and never written. */
export const createShadow = (openTrue: () => Promise<Pick<Engine, 'read'>>): Shadow => {
  let opened: Promise<Pick<Engine, 'read'>> | undefined;
  let imagined: Engine | undefined;

  const readTrue = async (): Promise<Table> => {
    opened ??= openTrue();
    return (await opened).read();
  };

  return {
    openEngine: async () => {
      imagined = imaginedEngine(await readTrue());
      return imagined;
    },
    deeds: {
      createWitness: (options) => createShadowWitness({ readTrue, imagined: () => imagined }, options),
      createFallbackRunner: (log: Log) => (calls) => {
        for (const { command, args } of calls) log('info', `Would run: ${[command, ...args].join(' ')}`);
      },
      runCallback: (callback, configPath, log) => {
        if (callback !== undefined) log('info', `Would run: ${callback} ${configPath}`);
        return Promise.resolve();
      },
      // The table in memory ends with us.
      stopPlan: () => [],
    },
  };
};
