/** Resource work without a life of the daemon around it: what runs here, and stopping all of it. */
import type { Holding } from '../../cluster/interface.js';
import { openResources, type ResourceOptions } from '../resources.js';

type Options = Omit<ResourceOptions, 'ownStatus' | 'running'>;

/** Asks the groups themselves: whoever handed them on did not say what it had. */
export const whatRuns = async (options: Options): Promise<Holding> => {
  const resources = await openResources({ ...options, ownStatus: () => 'active' });
  try {
    return await resources.probe();
  } finally {
    resources.close();
  }
};

/** Stops every group. Never rejects. */
export const releaseAll = async (options: Options): Promise<void> => {
  const resources = await openResources({ ...options, ownStatus: () => 'active' });
  try {
    await resources.run({ type: 'job', job: 0, action: 'release', scope: 'every' });
  } catch (error) {
    options.logger.log('CRIT', `internal error while all resources were released: ${String(error)}`);
  } finally {
    resources.close();
  }
};
