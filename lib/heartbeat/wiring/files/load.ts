/** Reads the configuration files for a start, and says what genuine says about them. */
import type { Log } from '../../../log.js';
import type { Configuration } from '../../config/configuration.js';
import { NOT_PERMITTED } from '../process/exit-codes.js';
import { isAnyForbidden, readConfigFiles } from './config-files.js';

/** The configuration, or the exit code of a start when it is wrong. `raw` gets what is no log line, `failed` what could be read. */
export const load = async (
  log: Log,
  raw: (text: string) => void,
  failed: (read: Pick<Configuration, 'config'>) => Promise<void>,
): Promise<Configuration | number> => {
  const result = await readConfigFiles();
  for (const line of result.startLines) {
    if (line.to === 'log') log(line.priority, line.text);
    else raw(line.text);
  }
  if (result.value !== undefined) {
    // What genuine does not say: doubtful words, and directives that are not acted on.
    for (const { message, at, genuine } of result.diagnostics) {
      if (genuine === undefined) log('WARN', `${at.file}:${at.line}: ${message}`);
    }
    return result.value;
  }
  await failed(result);
  return isAnyForbidden() ? NOT_PERMITTED : result.exitCode;
};

/** The configuration as it is now, for a reload: or what is wrong with it, in one sentence with its place. */
export const check = async (log: Log): Promise<Configuration | string> => {
  const { value, diagnostics } = await readConfigFiles();
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (value === undefined || first !== undefined) {
    if (first === undefined) return 'The configuration cannot be used.';
    const { at, message } = first;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    return `${at.file}:${at.line}:${at.column}: ${message}${more}.`;
  }
  for (const { message, at, genuine } of diagnostics) {
    if (genuine === undefined) log('WARN', `${at.file}:${at.line}: ${message}`);
  }
  return value;
};
