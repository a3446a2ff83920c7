/** Log lines of the resource scripts, which differ in form from those of the daemon. */
import type { Priority } from '../../log.js';
import type { Millis } from '../../time.js';

/** The script that genuine would have run, as its log lines name it, e.g. `ResourceManager` with instance `default`. */
export interface ScriptName {
  readonly name: string;
  readonly instance: string;
}

/** Takes one line of a script. Must not throw. */
export type ScriptLog = (script: ScriptName, priority: Priority, text: string) => void;

export const RESOURCE_MANAGER: ScriptName = { name: 'ResourceManager', instance: 'default' };

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * One line for the log file, without newline (heartbeat reference 9.4):
 * `2026/11/21_05:10:17  ResourceManager(default)[154]:    info: Acquiring resource group: …`, in local time.
 */
export const formatScriptLine = (
  script: ScriptName,
  pid: number,
  wall: Millis,
  priority: Priority,
  text: string,
): string => {
  const time = new Date(wall);
  const date = `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date}_${clock}  ${script.name}(${script.instance})[${pid}]:    ${priority}: ${text}`;
};
