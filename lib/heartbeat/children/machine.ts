/** Keeps the programs of the respawn and failfast lines running, and stops them in good order (heartbeat reference 9.1, 6.6). */
import type { Priority } from '../../log.js';
import type { Millis } from '../../time.js';
import { signalWords } from './signal-words.js';

/** One respawn or failfast line with the numbers of its user. */
export interface ProgramSpec {
  readonly kind: 'respawn' | 'failfast';
  readonly command: string;
  readonly uid: number;
  readonly gid: number;
}

/** heartbeat reference 9.1: a shorter life counts as fast. */
export const FAST_DEATH = 30_000 as Millis;
/** Fast deaths in a row after which a program is left alone. */
export const MAX_FAST_DEATHS = 10;
/** How long a program rests before it is started again after a fast death, the first one included. */
export const REST = 1_000 as Millis;
/** Ours (genuine waits for ever): how long a program may take to end when it is told to. */
export const PATIENCE = 10_000 as Millis;
/** A program that ends with this code does not want to be started again. */
const NEVER_AGAIN = 100;

type Life =
  /** Not started yet, or given up. */
  | { readonly is: 'down' }
  | { readonly is: 'resting'; readonly until: Millis }
  /** `pid` is known once the system has started it. */
  | { readonly is: 'running'; readonly since: Millis; readonly pid: number | undefined };

export interface Program {
  readonly spec: ProgramSpec;
  readonly life: Life;
  readonly fastDeaths: number;
}

export interface ProgramsState {
  readonly programs: readonly Program[];
  readonly phase: 'idle' | 'up' | 'stopping' | 'gone';
  /** While stopping: the program that has been told to end, and when our patience with it ends. */
  readonly ending: { readonly index: number; readonly killAt: Millis | undefined } | undefined;
}

export type ProgramEvent =
  /** Communication is up: start everything. */
  | { readonly type: 'up' }
  | { readonly type: 'started'; readonly index: number; readonly pid: number }
  /** It has ended, with an exit code or by a signal. */
  | {
      readonly type: 'ended';
      readonly index: number;
      readonly code: number | undefined;
      readonly signal?: NodeJS.Signals;
    }
  /** The system could not start it. */
  | { readonly type: 'failed'; readonly index: number; readonly why: string }
  | { readonly type: 'stop' }
  | { readonly type: 'wake' };

export type ProgramEffect =
  | { readonly type: 'start'; readonly index: number }
  /** To the whole process group. */
  | { readonly type: 'signal'; readonly pid: number; readonly signal: 'SIGTERM' | 'SIGKILL' }
  /** `pid`: the line is written in the name of that process. */
  | { readonly type: 'log'; readonly priority: Priority; readonly text: string; readonly pid?: number }
  | { readonly type: 'reboot'; readonly reason: string }
  /** Every program has ended, and none will be started again. */
  | { readonly type: 'gone' };

export interface ProgramStep {
  readonly state: ProgramsState;
  readonly effects: readonly ProgramEffect[];
}

const DOWN: Life = { is: 'down' };

export const initialPrograms = (specs: readonly ProgramSpec[]): ProgramsState => ({
  programs: specs.map((spec) => ({ spec, life: DOWN, fastDeaths: 0 })),
  phase: 'idle',
  ending: undefined,
});

const log = (priority: Priority, text: string): ProgramEffect => ({ type: 'log', priority, text });

const change = (state: ProgramsState, index: number, part: Partial<Program>): ProgramsState => ({
  ...state,
  programs: state.programs.map((program, at) => (at === index ? { ...program, ...part } : program)),
});

const announce = ({ command, uid, gid }: ProgramSpec): ProgramEffect =>
  log('info', `Starting child client "${command}" (${uid},${gid})`);

const running = (now: Millis): Life => ({ is: 'running', since: now, pid: undefined });

const comeUp = (state: ProgramsState, now: Millis): ProgramStep => ({
  state: { ...state, phase: 'up', programs: state.programs.map((program) => ({ ...program, life: running(now) })) },
  effects: state.programs.flatMap(({ spec }, index) => [announce(spec), { type: 'start', index }]),
});

/** Tells the next program, from the last line of ha.cf to the first, that it is time to go. */
const stopNext = (state: ProgramsState, from: number, now: Millis): ProgramStep => {
  const effects: ProgramEffect[] = [];
  for (let index = from; index >= 0; index -= 1) {
    const program = state.programs[index];
    if (program === undefined) continue;
    const { life, spec } = program;
    if (life.is === 'running') {
      const killAt = (now + PATIENCE) as Millis;
      if (life.pid !== undefined) effects.push(...terminate(spec, life.pid));
      return { state: { ...state, ending: { index, killAt } }, effects };
    }
    effects.push(log('info', `client [${spec.command}] is not running.`));
  }
  return { state: { ...state, phase: 'gone', ending: undefined }, effects: [...effects, { type: 'gone' }] };
};

const terminate = ({ command }: ProgramSpec, pid: number): readonly ProgramEffect[] => [
  log('info', `killing ${command} process group ${pid} with signal 15`),
  { type: 'signal', pid, signal: 'SIGTERM' },
];

const stop = (state: ProgramsState, now: Millis): ProgramStep => {
  const calm: ProgramsState = {
    ...state,
    phase: 'stopping',
    programs: state.programs.map((program) => (program.life.is === 'resting' ? { ...program, life: DOWN } : program)),
  };
  return state.phase === 'idle'
    ? { state: { ...calm, phase: 'gone' }, effects: [{ type: 'gone' }] }
    : stopNext(calm, state.programs.length - 1, now);
};

const startAgain = (state: ProgramsState, index: number, program: Program, now: Millis): ProgramStep => {
  const { spec, life } = program;
  const fast = life.is === 'running' && now - life.since < FAST_DEATH;
  const fastDeaths = fast ? program.fastDeaths + 1 : 0;
  if (fastDeaths > MAX_FAST_DEATHS)
    return {
      state: change(state, index, { life: DOWN, fastDeaths: 0 }),
      effects: [log('ERROR', `Client ${spec.command} "respawning too fast"`)],
    };
  const said = [log('ERROR', `Respawning client "${spec.command}":`), announce(spec)];
  return fast
    ? {
        state: change(state, index, { life: { is: 'resting', until: (now + REST) as Millis }, fastDeaths }),
        effects: said,
      }
    : {
        state: change(state, index, { life: running(now), fastDeaths }),
        effects: [...said, { type: 'start', index }],
      };
};

const ended = (state: ProgramsState, event: Extract<ProgramEvent, { type: 'ended' }>, now: Millis): ProgramStep => {
  const program = state.programs[event.index];
  if (program === undefined || program.life.is !== 'running') return { state, effects: [] };
  const { spec, life } = program;
  const down = change(state, event.index, { life: DOWN });
  if (state.phase !== 'up') {
    return state.ending?.index === event.index
      ? stopNext({ ...down, ending: undefined }, event.index - 1, now)
      : { state: down, effects: [] };
  }
  const { code, signal } = event;
  const how = signal === undefined ? `exited with return code ${code}` : `killed by signal ${signalWords(signal)}`;
  const said = log(code === 0 ? 'info' : 'WARN', `Managed ${spec.command} process ${life.pid ?? 0} ${how}.`);
  if (spec.kind === 'failfast' && code !== 0)
    return { state: down, effects: [said, { type: 'reboot', reason: spec.command }] };
  if (code === NEVER_AGAIN) return { state: down, effects: [said] };
  const again = startAgain(state, event.index, program, now);
  return { state: again.state, effects: [said, ...again.effects] };
};

const started = (state: ProgramsState, index: number, pid: number): ProgramStep => {
  const program = state.programs[index];
  if (program === undefined || program.life.is !== 'running') return { state, effects: [] };
  const { command, uid, gid } = program.spec;
  const text = `Starting "${command}" as uid ${uid}  gid ${gid} (pid ${pid})`;
  return {
    state: change(state, index, { life: { ...program.life, pid } }),
    effects: [
      { type: 'log', priority: 'info', text, pid },
      ...(state.ending?.index === index ? terminate(program.spec, pid) : []),
    ],
  };
};

/** It never ran: like a fast death, but said with the reason. A failfast program that cannot run is no reason to reboot. */
const failed = (state: ProgramsState, index: number, why: string, now: Millis): ProgramStep => {
  const program = state.programs[index];
  if (program === undefined || program.life.is !== 'running') return { state, effects: [] };
  const said = log('ERROR', `Cannot start client ${program.spec.command}: ${why}`);
  const down = change(state, index, { life: DOWN });
  if (state.phase !== 'up') {
    const next = stopNext({ ...down, ending: undefined }, index - 1, now);
    return state.ending?.index === index
      ? { state: next.state, effects: [said, ...next.effects] }
      : { state: down, effects: [said] };
  }
  const again = startAgain(state, index, program, now);
  return { state: again.state, effects: [said, ...again.effects] };
};

const wake = (state: ProgramsState, now: Millis): ProgramStep => {
  const effects: ProgramEffect[] = [];
  const programs = state.programs.map((program, index): Program => {
    if (program.life.is !== 'resting' || now < program.life.until) return program;
    effects.push({ type: 'start', index });
    return { ...program, life: running(now) };
  });
  const { ending } = state;
  const stubborn = ending?.killAt !== undefined && now >= ending.killAt ? programs[ending.index] : undefined;
  if (ending === undefined || stubborn?.life.is !== 'running') return { state: { ...state, programs }, effects };
  const { pid } = stubborn.life;
  if (pid !== undefined)
    effects.push(log('WARN', `${stubborn.spec.command} process group ${pid} does not end: killing it with signal 9`), {
      type: 'signal',
      pid,
      signal: 'SIGKILL',
    });
  return { state: { ...state, programs, ending: { ...ending, killAt: undefined } }, effects };
};

/** One event at the monotonic instant `now`. */
export const stepPrograms = (state: ProgramsState, event: ProgramEvent, now: Millis): ProgramStep => {
  switch (event.type) {
    case 'up':
      return state.phase === 'idle' ? comeUp(state, now) : { state, effects: [] };
    case 'started':
      return started(state, event.index, event.pid);
    case 'ended':
      return ended(state, event, now);
    case 'failed':
      return failed(state, event.index, event.why, now);
    case 'stop':
      return state.phase === 'idle' || state.phase === 'up' ? stop(state, now) : { state, effects: [] };
    case 'wake':
      return wake(state, now);
  }
};

/** The instant at which the machine next wants a `wake`; undefined: none. */
export const programsWakeAt = (state: ProgramsState): Millis | undefined => {
  const waits = state.programs.flatMap(({ life }) => (life.is === 'resting' ? [life.until] : []));
  if (state.ending?.killAt !== undefined) waits.push(state.ending.killAt);
  return waits.length === 0 ? undefined : (Math.min(...waits) as Millis);
};
