/** The command mach_down: takes over the groups that prefer a node which has died (heartbeat reference 2.7). */
import { commandEnvironment } from '../../scripts/environment.js';
import { keysOf } from '../../scripts/group-keys.js';
import { concernsUs, takeoverReport } from '../../scripts/requests.js';
import { openGroupManager } from './group-manager.js';
import { createScriptLogger } from './script-logger.js';
import { submit } from './submit.js';

/** The exit code: 0, or 1 when the daemon could not be told. */
export const runMachDown = async (called: string, args: readonly string[]): Promise<number> => {
  const node = (args[0] ?? '').toLowerCase();
  const environment = commandEnvironment(process.env);
  if (!concernsUs(node, environment)) return 0;
  const log = createScriptLogger('mach_down', environment);
  // For genuine, ResourceManager is a second script, which completes what the first hands down once more.
  const manager = await openGroupManager(commandEnvironment(environment));
  for (const key of keysOf(manager.groups, node)) {
    await log(`info: Taking over resource group ${key}`);
    await manager.take(key);
  }
  let code = 0;
  const report = takeoverReport(environment);
  if (report !== undefined) {
    await log(`info: ${called}: nice_failback: foreign resources acquired`);
    code = submit(called, report);
  }
  await log(`info: mach_down takeover complete for node ${node}.`);
  return code;
};
