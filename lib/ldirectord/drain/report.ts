/** What `ha drain` and its sisters say besides the one line for each server: hints, and the JSON document. */
import { OWN_FOLDER } from '../maintenance.js';
import { serviceName } from '../names.js';
import type { DeedName, Outcome, Plan } from './deeds.js';
import type { Found, Located } from './locate.js';
import type { Daemon, DrainTools } from './tools.js';
import type { Waited } from './wait.js';

/** Raised when a field of the JSON document changes its meaning or goes away. */
const VERSION = 1;

/** A server, and what was done with it. */
export interface Done {
  readonly found: Found;
  readonly plan: Plan;
}

const servicesOf = ({ server }: Found): readonly string[] => [
  ...new Set(server.members.map(({ virtualId }) => virtualId)),
];

/** Clients of a persistent service keep their server, even one of weight 0. */
export const persistenceHints = async (done: readonly Done[], tools: DrainTools): Promise<readonly string[]> => {
  const drained = done.filter(({ plan }) => plan.outcome === 'drained');
  const virtuals = new Map(
    drained.flatMap(({ found }) => found.server.members.map(({ virtualId, virtual }) => [virtualId, virtual] as const)),
  );
  const persistent = [...virtuals.values()].filter((virtual) => virtual.persistent !== undefined);
  const persistence = persistent.length === 0 ? 'ended' : await tools.persistence();
  if (persistence === 'ended') return [];
  const remedy = persistence === 'always' ? '' : ' (sysctl net.ipv4.vs.expire_quiescent_template=1 ends that)';
  return persistent.map(
    ({ key, persistent: time }) =>
      `${serviceName(key)} is persistent: clients that come back within ${time} s still reach it${remedy}`,
  );
};

/** What has to be said when no daemon does at once as the files say. */
export const daemonHints = (name: DeedName, daemon: Daemon, { path, folder }: Located): readonly string[] => {
  if (daemon === 'none') return [`No ldirectord runs for ${path}: this counts when one is started.`];
  // Any daemon disables a server whose file is where it looks.
  if (daemon === 'current' || (name !== 'drain' && folder !== OWN_FOLDER)) return [];
  const what = folder === OWN_FOLDER ? `does not look at ${folder}` : 'does with a drain as quiescent says';
  return [`The ldirectord that runs for ${path} is another program or an earlier version: it ${what}.`];
};

export interface Told {
  readonly name: DeedName;
  readonly real: string;
  readonly located: Located;
  readonly done: readonly Done[];
  readonly daemon: Daemon;
  readonly waited: Waited | undefined;
}

/** One line for machines. */
export const toldJson = ({ name, real, located, done, daemon, waited }: Told): string => {
  const state = (outcome: Outcome): string => (outcome === 'served' ? 'enabled' : outcome);
  return `${JSON.stringify({
    version: VERSION,
    command: name,
    real,
    config: located.path,
    daemon,
    servers: done.map(({ found, plan }) => ({
      server: found.server.file,
      file: `${located.folder}/${found.server.file}`,
      virtuals: servicesOf(found),
      state: state(plan.outcome),
      changed: plan.write !== undefined || plan.remove.length > 0,
      text: plan.text,
    })),
    wait:
      waited === undefined
        ? null
        : {
            end: waited.end,
            safe: waited.end === 'safe',
            active: waited.seen?.active ?? null,
            inactive: waited.seen?.inactive ?? null,
            weight: waited.seen?.weight ?? null,
          },
  })}\n`;
};
