/** The command ResourceManager: what runs where, and starting and stopping groups by hand (heartbeat reference 2.6). */
import { appendFileSync } from 'node:fs';
import { commandEnvironment } from '../../scripts/environment.js';
import { keysOf, otherResources, ownResources } from '../../scripts/group-keys.js';
import { type GroupManager, openGroupManager } from './group-manager.js';

/** As init scripts say that something does not run. */
const STOPPED = 3;
const USAGE = 1;

const print = (lines: readonly string[]): number => {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return 0;
};

/** Reports every group whose first resource runs although nobody has started it; the exit code is their number. */
const verifyAllIdle = async ({ groups, isRunning, log }: GroupManager, called: string): Promise<number> => {
  let active = 0;
  for (const key of keysOf(groups, '.*')) {
    if (!(await isRunning(key))) continue;
    active += 1;
    const lines = [
      `CRITICAL: Resource ${key} is active, and should not be!`,
      'CRITICAL: Non-idle resources can affect data integrity!',
      "info: If you don't know what this means, then get help!",
    ];
    const advice = `source to ${called} for more details.`;
    for (const line of [...lines, `info: Read the docs and/or ${advice}`]) await log(line);
    process.stderr.write([...lines, `info: Read the docs and/or the ${advice}`].map((line) => `${line}\n`).join(''));
  }
  if (active > 0) {
    await log('CRITICAL: Non-idle resources will affect resource takeback!');
    await log('CRITICAL: Non-idle resources may affect data integrity!');
  }
  return active % 256;
};

/** Where genuine's answer goes, too, odd as it is. */
const toDebugLog = (path: string | undefined, text: string): number => {
  try {
    appendFileSync(path ?? '/dev/null', `${text}\n`);
  } catch {
    // A log that cannot be written is no reason to fail.
  }
  return 0;
};

/** Runs one call and gives the exit code. `called` is the name under which the command was called. */
export const runResourceManager = async (called: string, args: readonly string[]): Promise<number> => {
  const [verb, word = ''] = args;
  const environment = commandEnvironment(process.env);
  const self = environment.HA_CURHOST ?? '';
  const open = (): Promise<GroupManager> => openGroupManager(environment);
  switch (verb) {
    case 'listkeys':
      return print(keysOf((await open()).groups, word));
    case 'allkeys':
      return print(keysOf((await open()).groups, '.*'));
    case 'ourkeys':
      return print(ownResources((await open()).groups, self));
    case 'otherkeys':
      return print(otherResources((await open()).groups, self));
    case 'status':
      return (await (await open()).isRunning(word)) ? 0 : STOPPED;
    case 'takegroup':
      return (await open()).take(word);
    case 'givegroup':
      return (await open()).give(word);
    case 'statgroup':
      return toDebugLog(environment.HA_DEBUGLOG, await (await open()).status(word));
    case 'verifyallidle':
      return verifyAllIdle(await open(), called);
    default:
      process.stderr.write(`usage: ${called} listkeys machine | takegroup key | givegroup key|status resource\n\n`);
      return USAGE;
  }
};
