/** One look of a monitor: runs its program, or connects and asks for a page, and says in a few words how that ended. */
import type { MonitorConfig, MonitorProbe } from '../../config/monitor.js';
import { startAttempt } from '../../ldirectord/checks/deadline.js';
import { exchange } from '../../ldirectord/checks/http/exchange.js';
import { escapeUrl, splitUrl } from '../../ldirectord/checks/http/url.js';
import { openSocket } from '../../ldirectord/checks/socket.js';
import { causeText, down, up, type Verdict } from '../../ldirectord/checks/verdict.js';
import { type ExecResult, run } from '../../platform/exec.js';
import type { Millis } from '../../time.js';
import type { Outcome } from '../monitor/interface.js';

const GOOD: Outcome = { type: 'good' };
const bad = (why: string): Outcome => ({ type: 'bad', why });

/** An answer that comes later than that after its timeout shows that this process did not run meanwhile. */
const LATE = 500;

/** The last line of what a program said, as far as it fits into a line of the log. */
const lastWords = ({ stdout, stderr }: ExecResult): string => {
  const [last = ''] = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-1);
  const plain = last
    .trim()
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 100);
  return plain === '' ? '' : `: ${plain}`;
};

/** What the end of a program means. One that ended by itself in time is not blamed for a deadline that was noticed first. */
const judgeExit = (result: ExecResult, timeout: Millis): Outcome => {
  if (result.startError !== undefined) return bad(`cannot be started: ${result.startError}`);
  if (result.code === 0) return GOOD;
  if (result.timedOut) return bad(`timeout=${timeout / 1000}s`);
  return bad(`${result.code === undefined ? result.killedBy : `rc=${result.code}`}${lastWords(result)}`);
};

/** Status and body; redirects are not followed, and count by their status. */
const page = async (probe: Extract<MonitorProbe, { kind: 'page' }>, signal: AbortSignal): Promise<Verdict> => {
  const url = escapeUrl(probe.url);
  const parts = splitUrl(url);
  if (parts === undefined) return down('L7RESPONSE', 'URL must be absolute');
  const place = { ...parts, hostHeader: parts.authority, url };
  const exchanged = await exchange('GET', place, { verify: probe.verify, name: parts.host }, signal);
  if (exchanged.failure !== undefined) return exchanged.failure;
  if (exchanged.cut) return down('L7TIMEOUT');
  const { status, body } = exchanged.answer;
  const [from, to] = probe.expect.status;
  if (status < from || status > to) return down('L7STATUS', '', { detail: String(status) });
  // The body is bytes.
  const wanted = probe.expect.body === undefined ? '' : Buffer.from(probe.expect.body).toString('latin1');
  return body.includes(wanted) ? up() : down('L7PATTERN');
};

const check =
  (probe: Exclude<MonitorProbe, { kind: 'command' }>) =>
  async (signal: AbortSignal): Promise<Verdict> => {
    if (probe.kind === 'page') return page(probe, signal);
    const opened = await openSocket(probe.host, probe.port, signal);
    if (opened.failure !== undefined) return opened.failure;
    opened.socket.destroy();
    return up();
  };

const outcomeOf = (verdict: Verdict, timeout: Millis): Outcome => {
  if (verdict.state === 'up') return GOOD;
  return bad(verdict.cause.endsWith('TIMEOUT') ? `${verdict.cause}, timeout=${timeout / 1000}s` : causeText(verdict));
};

const look = async ({ probe, timeout }: MonitorConfig, signal: AbortSignal): Promise<Outcome> => {
  if (probe.kind === 'command') {
    const [program = '', ...args] = probe.argv;
    return judgeExit(await run(program, args, { timeout, signal, cwd: '/', maxOutput: 4096 }), timeout);
  }
  const { verdict, end } = startAttempt(check(probe), timeout);
  signal.addEventListener('abort', end, { once: true });
  try {
    return outcomeOf(await verdict, timeout);
  } finally {
    signal.removeEventListener('abort', end);
  }
};

/**
 * Takes one look; never rejects. It ends at the timeout of the monitor at the latest, when its program is killed with all
 * that it has started in its process group, or when `signal` fires.
 */
export const takeLook =
  (mono: () => Millis) =>
  async (config: MonitorConfig, signal: AbortSignal): Promise<Outcome> => {
    const since = mono();
    const outcome = await look(config, signal);
    return outcome.type === 'bad' && mono() - since > config.timeout + LATE ? { type: 'void' } : outcome;
  };
