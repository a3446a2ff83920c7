/** Writes log lines the way scripts do: to the terminal, to logd, or to the logs that the environment names. */
import { appendFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { findProgram, run } from '../../../platform/exec.js';
import { millis, seconds } from '../../../time.js';
import { type ScriptEnvironment, type ScriptLine, scriptLines, scriptTag } from '../../scripts/script-log.js';
import { scriptDate, syslogDate } from '../log/log-lines.js';

/** Says one line, e.g. `info: Taking over resource group web`; never rejects. `instance` is part of the name it is said under. */
export type ScriptLogger = (text: string, program?: string, instance?: string) => Promise<void>;

const write = async (line: ScriptLine): Promise<void> => {
  if (line.to === 'stderr') process.stderr.write(`${line.text}\n`);
  else if (line.to === 'file') appendFileSync(line.path, `${line.text}\n`);
  else {
    const { openSyslog } = await import('../../../platform/syslog.js');
    (await openSyslog(line.tag, line.facility, { pid: false }))(line.level, line.text);
  }
};

/** Whether heartbeat's logging daemon has taken the line. */
const toLogd = async (tag: string, text: string): Promise<boolean> => {
  const program = findProgram('ha_logger');
  return program !== undefined && (await run(program, ['-t', tag, text], { timeout: seconds(5) })).code === 0;
};

export const createScriptLogger = (program: string, environment: ScriptEnvironment): ScriptLogger => {
  const say = async (text: string, name: string, instance?: string): Promise<void> => {
    // Somebody at a terminal reads it there and nowhere else.
    if (isatty(0)) {
      process.stderr.write(`${text}\n`);
      return;
    }
    const tag = scriptTag(name, process.pid, instance);
    if (environment.HA_LOGD === 'yes' && (await toLogd(tag, text))) return;
    const wall = millis(Date.now());
    const dates = { short: syslogDate(wall), long: scriptDate(wall) };
    // A log that cannot be written must not keep a node from its work.
    for (const line of scriptLines(tag, text, dates, environment)) await write(line).catch(() => undefined);
  };
  return (text, name = program, instance) => say(text, name, instance);
};
