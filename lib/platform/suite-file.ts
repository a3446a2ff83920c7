/** Loads /etc/ha.d/ha-suite.ini. */
import { readFileSync } from 'node:fs';
import type { Parsed } from '../config/diagnostic.js';
import { diagnosticOfFile } from '../config/source.js';
import { DEFAULT_SUITE, parseSuite, type SuiteConfig } from '../config/suite.js';
import { errorText } from './error-text.js';

export const SUITE_FILE = '/etc/ha.d/ha-suite.ini';

/** The settings; all defaults when there is no such file. A file that is there but cannot be read is an error. */
export const loadSuite = (path = SUITE_FILE): Parsed<SuiteConfig> => {
  try {
    return parseSuite(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return { value: DEFAULT_SUITE, diagnostics: [] };
    const message = `cannot be read: ${errorText(error)}`;
    return {
      value: DEFAULT_SUITE,
      diagnostics: [diagnosticOfFile(path, 'error', { code: 'ha-suite.ini/unreadable', message })],
    };
  }
};
