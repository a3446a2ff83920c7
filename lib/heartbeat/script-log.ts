/** Where a script or command started by the daemon logs to, as its environment says (heartbeat reference 1.4, 9.4). */

/** One line for a file, for syslog or for standard error; `text` without newline. */
export type ScriptLine =
  | { readonly to: 'file'; readonly path: string; readonly text: string }
  | { readonly to: 'syslog'; readonly facility: string; readonly tag: string; readonly text: string }
  | { readonly to: 'stderr'; readonly text: string };

export interface ScriptDates {
  /** `Nov 21 05:10:05` */
  readonly short: string;
  /** `2026/11/21_05:10:05` */
  readonly long: string;
}

const given = (value: string | undefined): value is string => value !== undefined && value !== '' && value !== 'none';

/**
 * The lines for one log message of `program`. The daemon hands down HA_DATEFMT, HA_LOGFILE, HA_DEBUGLOG and
 * HA_LOGFACILITY; without any of them the line goes to standard error.
 */
export const scriptLines = (
  program: string,
  pid: number,
  text: string,
  dates: ScriptDates,
  environment: Readonly<Record<string, string | undefined>>,
): readonly ScriptLine[] => {
  const { HA_LOGFILE: logfile, HA_DEBUGLOG: debugfile, HA_LOGFACILITY: facility } = environment;
  const date = environment.HA_DATEFMT?.startsWith('%Y') === true ? dates.long : dates.short;
  const tag = `${program}(default)[${pid}]`;
  const lines: ScriptLine[] = [];
  if (given(facility)) lines.push({ to: 'syslog', facility, tag, text });
  if (given(logfile)) lines.push({ to: 'file', path: logfile, text: `${date}  ${tag}:    ${text}` });
  if (given(debugfile)) lines.push({ to: 'file', path: debugfile, text: `${tag}:\t${date} ${text}` });
  return lines.length > 0 ? lines : [{ to: 'stderr', text: `${date} ${text}` }];
};
