/** Whether a shadow runs here, and the commands to it: -s and -k. */
import { commandLineOf, processExists, readPid, readSmallFile } from '../../../platform/run-files.js';
import type { Millis } from '../../../time.js';
import { hasDiffered, reportText, type ShadowReport } from '../../shadow/report.js';
import { isForbidden } from '../files/config-files.js';
import type { Said } from '../process/control.js';
import { FAILED, NOT_PERMITTED } from '../process/exit-codes.js';
import { ROOT_FOLDER } from '../process/run-places.js';
import { SHADOW_PID_FILE, SHADOW_REPORT } from './places.js';

/** What a shadow calls itself. */
export const SHADOW_TITLE = 'ha-heartbeat-shadow';

/** Whether that is the command line of a shadow. */
export const isShadow = (commandLine: readonly string[]): boolean =>
  commandLine[0]?.startsWith(SHADOW_TITLE) === true ||
  (commandLine.includes('--shadow') && commandLine.some((word) => /(^|\/)ha-heartbeat(\.js)?$/.test(word)));

/** Whether the process of that number is a shadow. */
export const isShadowProcess = (pid: number): boolean => processExists(pid) && isShadow(commandLineOf(pid));

const runningPid = (): number | undefined => {
  const pid = readPid(SHADOW_PID_FILE);
  return pid !== undefined && isShadowProcess(pid) ? pid : undefined;
};

/** It is our own file, but a full disk may have cut it. */
const readReport = (): ShadowReport | undefined => {
  try {
    return JSON.parse(readSmallFile(SHADOW_REPORT)?.toString('utf8') ?? '') as ShadowReport;
  } catch {
    return undefined;
  }
};

const ONLY_ROOT: Said = {
  stdout: '',
  stderr: `What a shadow writes to ${ROOT_FOLDER} is only for root.\n`,
  code: NOT_PERMITTED,
};

/** `--shadow -s`: what it has seen. Exit code 0: it runs and there was no difference, 1: there was one, 3: it does not run. */
export const shadowStatus = (json: boolean): Said => {
  if (isForbidden(ROOT_FOLDER)) return ONLY_ROOT;
  const pid = runningPid();
  const report = readReport();
  const current: ShadowReport | undefined =
    report === undefined || pid !== undefined ? report : { ...report, state: 'stopped' };
  const code = pid === undefined ? 3 : current !== undefined && hasDiffered(current) ? 1 : 0;
  if (json)
    return { stdout: `${JSON.stringify(current ?? { version: 1, state: 'stopped' }, null, 2)}\n`, stderr: '', code };
  const none = pid === undefined ? 'No shadow of heartbeat runs here.\n' : '';
  return { stdout: none + (current === undefined ? '' : reportText(current)), stderr: '', code };
};

/** Gone processes are noticed after this long; one that is not gone by then hangs. */
const POLL = 100 as Millis;
const LIMIT = 10_000;

/** `--shadow -k`: has it tell its summary and end; returns when it is gone. */
export const stopShadow = async (sleep: (duration: Millis) => Promise<void>): Promise<Said> => {
  if (isForbidden(ROOT_FOLDER)) return ONLY_ROOT;
  const pid = runningPid();
  if (pid === undefined) return { stdout: '', stderr: 'No shadow of heartbeat runs here.\n', code: 0 };
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    return { stdout: '', stderr: `The shadow (pid ${pid}) cannot be stopped: ${String(error)}\n`, code: NOT_PERMITTED };
  }
  for (let waited = 0; waited < LIMIT; waited += POLL) {
    if (!isShadowProcess(pid)) return { stdout: '', stderr: '', code: 0 };
    await sleep(POLL);
  }
  return { stdout: '', stderr: `The shadow (pid ${pid}) does not end.\n`, code: FAILED };
};
