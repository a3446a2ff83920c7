/** What is wrong with the files of heartbeat together and with this machine, which no parser of one file can know. Pure. */
import { dirname } from 'node:path';
import { type ResourceFacts, resourceAdvice } from '../../agents/resource-advice.js';
import type { Diagnostic } from '../../config/diagnostic.js';
import { diagnosticOfFile, type Source } from '../../config/source.js';
import type { SuiteConfig } from '../../config/suite.js';
import type { HaConfig, ResourceGroup } from './model.js';

/** What has been read, and where it stood. */
export interface ReadTogether {
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
  readonly suite: SuiteConfig;
  /** The path of ha.cf. */
  readonly haCf: string;
  readonly haResources: Source;
}

export interface AdviceFacts extends ResourceFacts {
  readonly isFolder: (path: string) => boolean;
}

/** Monitors hand over by standby, which that mode does not have. */
const helplessMonitors = ({ config, suite, haCf }: ReadTogether): readonly Diagnostic[] => {
  const names = suite.monitors.filter(({ onfail }) => onfail === 'standby').map(({ name }) => name);
  if (config.autoFailback !== 'legacy' || names.length === 0) return [];
  const message =
    `[monitor ${names.join('], [monitor ')}]: a failure moves nothing while auto_failback is legacy (the default), ` +
    'which knows no standby: write auto_failback on or off';
  return [diagnosticOfFile(haCf, 'warning', { code: 'ha.cf/monitors-in-legacy', message })];
};

/** One sentence for each log file that cannot be written because its folder is not there. */
export const homelessLogs = (
  { logfile, debugfile }: Pick<HaConfig, 'logfile' | 'debugfile'>,
  isFolder: (path: string) => boolean,
): readonly string[] =>
  [...new Set([logfile, debugfile])].flatMap((path) =>
    path === undefined || isFolder(dirname(path))
      ? []
      : [`nothing can be logged to ${path}: there is no folder ${dirname(path)}`],
  );

/** All such warnings, those about ha.cf first. */
export const adviceTogether = (read: ReadTogether, facts: AdviceFacts): readonly Diagnostic[] => [
  ...helplessMonitors(read),
  ...homelessLogs(read.config, facts.isFolder).map((message) =>
    diagnosticOfFile(read.haCf, 'warning', { code: 'ha.cf/no-log-folder', message }),
  ),
  ...resourceAdvice(read.groups, read.haResources, facts),
];
