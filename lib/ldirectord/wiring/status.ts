/** Wiring: the `status` command in all its forms (ldirectord reference 1.5; the live ones are ours). */
import { runAttached } from '../../platform/run-attached.js';
import { seconds } from '../../time.js';
import { callsForAll } from '../instances.js';
import { asArguments } from '../shell-line.js';
import { ourselves } from './commands.js';
import type { Running } from './pid-file.js';
import { exiting, type Session } from './session.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** Exit status of every form of `status` (reference 1.5). */
const STATUS_CODES = { running: 0, stale: 1, stopped: 3 } as const;

/** Genuine waits for the others without limit. */
const INSTANCE_TIMEOUT = seconds(60);

/** `status` of every instance that execute= names, which say for themselves how they are (reference 5.8). */
const statusOfInstances = async ({ parsed, program }: Session): Promise<void> => {
  const calls = callsForAll(
    parsed.value.execute.map(({ value }) => value),
    'status',
  );
  for (const { value, command } of calls)
    await runAttached(asArguments(ourselves(program), value, command), INSTANCE_TIMEOUT);
};

export const status = async (session: Session, running: Running): Promise<number> => {
  const { path, pidFile, target } = session;
  if (running.state === 'running') {
    const text = `ldirectord for ${path} is running with pid: ${running.pid}`;
    // To standard error, as always: heartbeat reads standard output and must not see it (reference 9).
    complain(text);
    await statusOfInstances(session);
    target.log('info', text);
    target.log('info', 'Exiting from ldirectord status');
    return 0;
  }
  if (running.state === 'stale') {
    const text = `ldirectord stale pid file ${pidFile} for ${path}`;
    complain(text);
    target.log('info', text);
  }
  say(`ldirectord is stopped for ${path}`);
  return exiting(target, STATUS_CODES[running.state], 'Exiting from ldirectord status');
};

/** The live state, for machines or people; its exit status is that of the plain form. */
export const liveStatus = async ({ invocation, path, name, target }: Session, running: Running): Promise<number> => {
  const { reportOf } = await import('./status-report.js');
  const report = await reportOf(running, path, name);
  if (invocation.json) say(JSON.stringify(report));
  else process.stdout.write((await import('../cli/status-table.js')).statusTable(report));
  const code = STATUS_CODES[report.state];
  return code === 0 ? 0 : exiting(target, code, 'Exiting from ldirectord status');
};

/** The same for a shadow, for people unless machines ask: it has no other form. */
export const shadowStatus = async ({ invocation, path, name }: Session, running: Running): Promise<number> => {
  const { shadowReportOf } = await import('./status-report.js');
  const report = await shadowReportOf(running, path, name);
  if (invocation.json) say(JSON.stringify(report));
  else process.stdout.write((await import('../cli/shadow-table.js')).shadowTable(report));
  return STATUS_CODES[report.state];
};
