/** The engine that ha-suite.ini asks for. */
import type { EngineChoice } from '../../config/suite.js';
import type { Log } from '../../log.js';
import { loadSuite } from '../../platform/suite-file.js';

/**
 * `[ipvs] engine` of ha-suite.ini. What is wrong with the file is said in one line each (file, line, column and text) and
 * leaves the default: a load balancer must not stand still for a typing error in a file of conveniences.
 */
export const configuredChoice = (log: Log, path?: string): EngineChoice => {
  const { value, diagnostics } = loadSuite(path);
  for (const { severity, message, at } of diagnostics)
    log(severity === 'error' ? 'ERROR' : 'WARN', `${at.file}:${at.line}:${at.column}: ${severity}: ${message}`);
  return value.ipvs.engine;
};
