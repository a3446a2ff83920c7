/** Where a script or command started by the daemon logs to, as its environment says (heartbeat reference 1.4, 9.4). */

/** One line for a file, for syslog or for standard error; `text` without newline. */
export type ScriptLine =
  | { readonly to: 'file'; readonly path: string; readonly text: string }
  | {
      readonly to: 'syslog';
      readonly facility: string;
      readonly level: SyslogLevel;
      readonly tag: string;
      readonly text: string;
    }
  | { readonly to: 'stderr'; readonly text: string };

export type SyslogLevel = 'ERROR' | 'WARN' | 'notice';

export interface ScriptDates {
  /** `Nov 21 05:10:05` */
  readonly short: string;
  /** `2026/11/21_05:10:05` */
  readonly long: string;
}

export type ScriptEnvironment = Readonly<Record<string, string | undefined>>;

const given = (value: string | undefined): value is string => value !== undefined && value !== '' && value !== 'none';

/** The scripts have no priority but the words of their text. */
const levelOf = (text: string): SyslogLevel =>
  text.includes('ERROR') ? 'ERROR' : text.includes('WARN') ? 'WARN' : 'notice';

/** Who speaks: `ResourceManager(default)[154]`. */
export const scriptTag = (program: string, pid: number, instance = 'default'): string =>
  `${program}(${instance})[${pid}]`;

/**
 * The lines for one log message of `tag` (see {@link scriptTag}). The daemon hands down HA_DATEFMT, HA_LOGFILE, HA_DEBUGLOG
 * and HA_LOGFACILITY; without a log file or a facility the line goes to standard error.
 */
export const scriptLines = (
  tag: string,
  text: string,
  dates: ScriptDates,
  environment: ScriptEnvironment,
): readonly ScriptLine[] => {
  const { HA_LOGFILE: logfile, HA_DEBUGLOG: debugfile, HA_LOGFACILITY: facility } = environment;
  const date = environment.HA_DATEFMT?.startsWith('%Y') === true ? dates.long : dates.short;
  const lines: ScriptLine[] = [];
  if (given(facility)) lines.push({ to: 'syslog', facility, level: levelOf(text), tag, text });
  if (given(logfile)) lines.push({ to: 'file', path: logfile, text: `${date}  ${tag}:    ${text}` });
  if (lines.length === 0) lines.push({ to: 'stderr', text: `${date} ${text}` });
  if (given(debugfile) && debugfile !== logfile)
    lines.push({ to: 'file', path: debugfile, text: `${tag}:\t${date} ${text}` });
  return lines;
};
