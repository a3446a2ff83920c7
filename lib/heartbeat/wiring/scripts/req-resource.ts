/** The command req_resource: asks for a resource group that does not run here (heartbeat reference 2.7). */
import { commandEnvironment } from '../../scripts/environment.js';
import { resourceRequest } from '../../scripts/requests.js';
import { openGroupManager } from './group-manager.js';
import { createScriptLogger } from './script-logger.js';
import { submit } from './submit.js';

/** The exit code: 0 when it runs here or has been asked for, 1 when there is no daemon to ask. */
export const runReqResource = async (called: string, args: readonly string[]): Promise<number> => {
  const [key = ''] = args;
  const environment = commandEnvironment(process.env);
  if (await (await openGroupManager(environment)).isRunning(key)) return 0;
  if (/^[1-9]/.test(environment.HA_debug ?? '')) {
    const log = createScriptLogger('req_resource', environment);
    await log(`debug: in ${called} ${args.join(' ')}`);
    const { HA_DONTASK: dontAsk = '', HA_NICEFAILBACK: nice = '' } = environment;
    await log(`debug: dont_ask: ${dontAsk} nice_failback: ${nice}`);
  }
  return submit(called, resourceRequest(key, environment));
};
