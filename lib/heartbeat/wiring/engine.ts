/** Drives the pure machine: one queue of events, effects performed in order, one timer at the instant it asks for. */
import type { Log } from '../../log.js';
import { type Millis, millis, type Now } from '../../time.js';
import type {
  ClusterEffect,
  ClusterEvent,
  ClusterMachine,
  ClusterSettings,
  ClusterView,
} from '../cluster/interface.js';

/** The outside as the engine sees it; tests put virtual time here. */
export interface EngineClock {
  readonly now: () => Now;
  /** Calls once at the monotonic instant or a little later; the answer cancels it. */
  readonly at: (instant: Millis, call: () => void) => () => void;
  /** First line of /proc/loadavg, or `n/a`. */
  readonly loadAverage: () => string;
  /** How late the event loop was since the last look, 0 when it was not (design, "Own lateness"). */
  readonly lateness: (at: Millis) => Millis;
}

/** Keeps what the machine is told and what it decides. Quick, and never throws. */
export interface StepRecorder<S> {
  /** The state before the first step. */
  readonly begin: (state: S, now: Now) => void;
  /** A step; `effects` undefined: it failed, and the state stayed. */
  readonly step: (event: ClusterEvent, now: Now, effects: readonly ClusterEffect[] | undefined, after: S) => void;
}

export interface EngineOptions<S> {
  readonly machine: ClusterMachine<S>;
  readonly settings: ClusterSettings;
  readonly clock: EngineClock;
  readonly perform: (effect: ClusterEffect) => void;
  /** Sees every step before its effects are performed; must be quick. */
  readonly observe?: ((before: S, after: S, event: ClusterEvent, now: Now) => void) | undefined;
  readonly recorder?: StepRecorder<S> | undefined;
  readonly log: Log;
}

export interface Engine {
  /** Feeds an event; its effects are performed before the call returns, unless it comes from within an effect. */
  readonly dispatch: (event: Exclude<ClusterEvent, { type: 'start' | 'wake' | 'stalled' }>) => void;
  readonly start: () => void;
  /** Looks whether the loop itself was late; to be called by a regular timer. */
  readonly look: () => void;
  readonly view: () => ClusterView;
  /** Nothing happens any more after this. */
  readonly halt: () => void;
}

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

/** Creates the machine's state; nothing happens before `start`. */
export const createEngine = <S>(options: EngineOptions<S>): Engine => {
  const { machine, clock, perform, recorder, log } = options;
  const born = clock.now();
  let state = machine.create(options.settings, born);
  recorder?.begin(state, born);
  let queue: ClusterEvent[] = [];
  let running = false;
  let halted = false;
  let cancelTimer = (): void => {};
  let armedFor: Millis | undefined;

  const step = (event: ClusterEvent): void => {
    const at = clock.now();
    let effects: readonly ClusterEffect[] | undefined;
    try {
      const next = machine.step(state, event, at);
      const before = state;
      state = next.state;
      effects = next.effects;
      recorder?.step(event, at, effects, state);
      if (before !== state) observeStep(before, event, at);
      for (const effect of effects) {
        if (halted) return;
        performOne(effect);
      }
    } catch (error) {
      // A bug in the machine must not end the node that holds the addresses: the event is lost, the state stays.
      if (effects === undefined) recorder?.step(event, at, undefined, state);
      log('CRIT', `internal error on event ${event.type}: ${describe(error)}`);
    }
  };

  const observeStep = (before: S, event: ClusterEvent, at: Now): void => {
    try {
      options.observe?.(before, state, event, at);
    } catch (error) {
      log('CRIT', `internal error while telling of event ${event.type}: ${describe(error)}`);
    }
  };

  const performOne = (effect: ClusterEffect): void => {
    try {
      perform(effect);
    } catch (error) {
      log('CRIT', `internal error in effect ${effect.type}: ${describe(error)}`);
    }
  };

  const arm = (): void => {
    if (halted) return;
    const wanted = machine.wakeAt(state);
    if (wanted === armedFor) return;
    cancelTimer();
    armedFor = wanted;
    cancelTimer = clock.at(wanted, () => {
      armedFor = undefined;
      feed({ type: 'wake', loadAverage: clock.loadAverage() });
    });
  };

  const drain = (): void => {
    running = true;
    while (queue.length > 0 && !halted) {
      const events = queue;
      queue = [];
      for (const event of events) if (!halted) step(event);
    }
    running = false;
    arm();
  };

  const noteLateness = (): void => {
    const late = clock.lateness(clock.now().mono);
    if (late > 0) queue.push({ type: 'stalled', late });
  };

  const feed = (event: ClusterEvent): void => {
    if (halted) return;
    // Before the event: what the machine concludes from it depends on whether we slept.
    noteLateness();
    queue.push(event);
    if (!running) drain();
  };

  return {
    dispatch: feed,
    start: () => feed({ type: 'start', loadAverage: clock.loadAverage() }),
    look: () => {
      if (halted) return;
      noteLateness();
      if (!running && queue.length > 0) drain();
    },
    view: () => machine.view(state),
    halt: () => {
      halted = true;
      cancelTimer();
    },
  };
};

/** A timer of Node counts whole milliseconds and may fire a fraction early: it is then set once more. */
export const timerAt =
  (mono: () => Millis): EngineClock['at'] =>
  (instant, call) => {
    let timer: NodeJS.Timeout;
    const set = (): void => {
      timer = setTimeout(fire, Math.max(0, Math.ceil(instant - mono())));
    };
    const fire = (): void => {
      if (mono() < instant) set();
      else call();
    };
    set();
    return () => clearTimeout(timer);
  };

/** Lateness below this is everyday life on a busy machine; beyond it the machine is told. */
export const toleratedLateness = (keepalive: Millis): Millis => millis(Math.min(500, Math.max(50, keepalive / 2)));
