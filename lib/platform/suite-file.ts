/** Loads /etc/ha.d/ha-suite.ini. */
import { readFileSync, statSync } from 'node:fs';
import type { Diagnostic, Parsed } from '../config/diagnostic.js';
import { openToOthersMessage } from '../config/permissions.js';
import { diagnosticOfFile } from '../config/source.js';
import { DEFAULT_SUITE, parseSuite, type SuiteConfig } from '../config/suite.js';
import { errorText } from './error-text.js';

export const SUITE_FILE = '/etc/ha.d/ha-suite.ini';

/** Its monitors run programs as root: whoever may write the file may do so, too. */
const openToOthers = (path: string): readonly Diagnostic[] => {
  const message = openToOthersMessage(statSync(path), process.getuid?.());
  return message === undefined ? [] : [diagnosticOfFile(path, 'warning', { code: 'ha-suite.ini/writable', message })];
};

/** A password that every user of this machine may read is none. */
const readByOthers = (path: string, { status }: SuiteConfig): readonly Diagnostic[] => {
  if (status.password === undefined || (statSync(path).mode & 0o004) === 0) return [];
  const message = 'every user of this machine may read the password in it: chmod 600, or passwordfile';
  return [diagnosticOfFile(path, 'warning', { code: 'ha-suite.ini/password', message })];
};

/** The settings; all defaults when there is no such file. A file that is there but cannot be read is an error. */
export const loadSuite = (path = SUITE_FILE): Parsed<SuiteConfig> => {
  try {
    const { value, diagnostics } = parseSuite(readFileSync(path, 'utf8'), path);
    return { value, diagnostics: [...openToOthers(path), ...readByOthers(path, value), ...diagnostics] };
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return { value: DEFAULT_SUITE, diagnostics: [] };
    const message = `cannot be read: ${errorText(error)}`;
    return {
      value: DEFAULT_SUITE,
      diagnostics: [diagnosticOfFile(path, 'error', { code: 'ha-suite.ini/unreadable', message })],
    };
  }
};
