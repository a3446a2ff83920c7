/** What ha-suite.ini and the environment say about the agents, for an agent that runs as a script. */
import { existsSync } from 'node:fs';
import type { Log } from '../log.js';
import { type AnnounceSettings, DEFAULT_ANNOUNCE } from './announcer.js';
import { engineFromEnvironment } from './registry.js';
import type { SyncDaemonSettings } from './sync-daemon.js';

export interface OwnSettings {
  readonly announce: AnnounceSettings;
  readonly engine: SyncDaemonSettings['engine'];
}

const SUITE_FILE = '/etc/ha.d/ha-suite.ini';

/** Reads the settings; what is wrong in the file is logged, and the rest of it counts. */
export const readOwnSettings = async (log: Log): Promise<OwnSettings> => {
  if (!existsSync(SUITE_FILE)) return { announce: DEFAULT_ANNOUNCE, engine: engineFromEnvironment() };
  // Loaded only where there is such a file, so that an agent starts faster where there is none.
  const [{ loadSuite }, { engineChoice }, { renderDiagnostic }] = await Promise.all([
    import('../platform/suite-file.js'),
    import('../config/suite.js'),
    import('../config/render.js'),
  ]);
  const { value: suite, diagnostics } = loadSuite(SUITE_FILE);
  for (const diagnostic of diagnostics) log('WARN', renderDiagnostic(diagnostic));
  const { engine, problem } = engineChoice(suite, process.env);
  if (problem !== undefined) log('WARN', problem);
  return { announce: suite.announce, engine };
};
