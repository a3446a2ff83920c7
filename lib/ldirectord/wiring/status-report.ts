/** Wiring: what `status --json` and `status --table` print, asked of the daemon and the pid file. */
import { setTimeout as sleep } from 'node:timers/promises';
import { refusalIn } from '../../control/protocol.js';
import { type Answer, askControl } from '../../platform/control-client.js';
import { directorSocket } from '../../platform/control-socket.js';
import { type LiveStatus, STATUS_VERSION, type StatusReport } from '../live-status.js';
import { SHADOW_VERSION, type ShadowReport, type ShadowStatus } from '../shadow/status.js';
import type { Running } from './pid-file.js';
import { shadowSocket } from './shadow-places.js';

/** Our own daemon is on the other side, possibly of another version: what matters for reading it is looked at. */
const isLive = (value: unknown): value is LiveStatus =>
  typeof value === 'object' && value !== null && 'version' in value && value.version === STATUS_VERSION;

const isShadow = (value: unknown): value is ShadowStatus =>
  typeof value === 'object' && value !== null && 'version' in value && value.version === SHADOW_VERSION;

/** The snapshot in an answer, or why there is none. */
const liveIn = <T>(answer: Answer, isOurs: (value: unknown) => value is T): T | string => {
  if (answer.kind === 'none') return answer.problem;
  try {
    const value: unknown = JSON.parse(answer.lines[0] ?? '');
    const refusal = refusalIn(value);
    if (refusal !== undefined) return `the daemon does not answer: ${refusal}`;
    return isOurs(value) ? value : 'the daemon speaks another version of this format: restart it';
  } catch {
    return 'the daemon has not answered completely';
  }
};

/** A daemon that has just been started opens its socket a moment after its pid file is there. */
const askPatiently = async (path: string, isRunning: boolean): Promise<Answer> => {
  for (let tries = isRunning ? 10 : 0; ; tries -= 1) {
    const answer = await askControl(path, { ask: 'snapshot' });
    if (answer.kind === 'lines' || answer.isThere || tries === 0) return answer;
    await sleep(50);
  }
};

/**
 * A daemon in the foreground (supervised=yes, -d) has no pid file, but answers: unlike the plain form, which is as
 * genuine, this one finds it.
 */
export const reportOf = async (running: Running, config: string, name: string): Promise<StatusReport> => {
  const version = STATUS_VERSION;
  const live = liveIn(await askPatiently(directorSocket(name), running.state === 'running'), isLive);
  if (typeof live !== 'string') return { version, state: 'running', config, pid: live.pid, live };
  if (running.state === 'running')
    return { version, state: 'running', config, pid: running.pid, live: null, problem: live };
  return { version, state: running.state, config, pid: null, live: null };
};

/** What the shadow of a configuration says. */
export const shadowReportOf = async (running: Running, config: string, name: string): Promise<ShadowReport> => {
  const version = SHADOW_VERSION;
  const { state } = running;
  if (state !== 'running') return { version, state, config, pid: null, shadow: null, problem: null };
  const shadow = liveIn(await askPatiently(shadowSocket(name), true), isShadow);
  const { pid } = running;
  if (typeof shadow === 'string') return { version, state, config, pid, shadow: null, problem: shadow };
  return { version, state, config, pid, shadow, problem: null };
};
