/** `--check`, `-v` and the check before `-r`: what is in the configuration files, and what is wrong with them. */
import { hostname } from 'node:os';
import { type Diagnostic, hasErrors } from '../../../config/diagnostic.js';
import { diagnosticsJson, renderDiagnostic } from '../../../config/render.js';
import { sourceOf } from '../../../config/source.js';
import { adviceTogether } from '../../config/advice.js';
import type { ConfigurationResult } from '../../config/configuration.js';
import { configurationDump } from '../../directive-table.js';
import {
  type FilesRead,
  HA_CF,
  HARESOURCES,
  isAnyForbidden,
  isFolder,
  isForbidden,
  readConfigFiles,
  resourceFacts,
  textOf,
} from '../files/config-files.js';
import { logOfCommand } from '../log/direct-logs.js';
import type { Said } from './control.js';
import { NOT_PERMITTED } from './exit-codes.js';

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

const forPeople = (result: ConfigurationResult): string => {
  const { diagnostics, config, value } = result;
  const rendered = diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic)}\n`).join('');
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const groups = value === undefined ? '' : `, ${count(value.groups.length, 'resource group')}`;
  const summary = `${count(config.nodes.length, 'node')}, ${count(config.media.length, 'medium').replace('mediums', 'media')}`;
  return `${rendered}${counts} (${summary}${groups})\n`;
};

/** The findings of the parsers, and what they cannot know: files we may not read, resources that cannot start here. */
const findings = (result: FilesRead): readonly Diagnostic[] => [
  ...result.diagnostics.map((diagnostic) =>
    diagnostic.code.endsWith('/missing') && isForbidden(diagnostic.at.file)
      ? { ...diagnostic, message: 'this file may not be read by you: check as root' }
      : diagnostic,
  ),
  ...adviceTogether(
    { ...result, haCf: HA_CF, haResources: sourceOf(HARESOURCES, textOf(HARESOURCES) ?? '') },
    { ...resourceFacts(), isFolder },
  ),
];

/** All findings at once; exit code 1 when there is an error among them. */
export const checkText = async (json: boolean): Promise<Said> => {
  const read = await readConfigFiles();
  const result = { ...read, diagnostics: findings(read) };
  const wrong = result.value === undefined || hasErrors(result.diagnostics);
  const stdout = json ? `${diagnosticsJson(result.diagnostics)}\n` : forPeople(result);
  return { stdout, stderr: '', code: wrong ? (isAnyForbidden() ? NOT_PERMITTED : 1) : 0 };
};

/** What only a start says (heartbeat reference 2.3, no. 15), and what it says instead of "NOT restarted". */
const STARTS_ONLY = [/^\*+$/, /^Configuration validated\./, /^Configuration error, heartbeat not started\.$/];

/** What genuine prints while it reads the files, for a start or for `-r`, and the exit code of a start with them. */
export const startLines = async (
  purpose: 'start' | 'reload',
  line: (text: string) => string,
): Promise<{
  readonly text: string;
  readonly code: number;
  /** Writes the same, and this sentence of the command itself, where these files have the daemon log. */
  readonly log: (conclusion: string) => Promise<void>;
}> => {
  const result = await readConfigFiles();
  const wanted = result.startLines.filter(
    ({ to, text: said }) => to === 'stderr' || purpose === 'start' || !STARTS_ONLY.some((line) => line.test(said)),
  );
  const text = wanted
    .map((said) => (said.to === 'stderr' ? said.text : line(said.text).replace(': info: ', `: ${said.priority}: `)))
    .join('');
  return {
    text,
    code: result.value === undefined ? (isAnyForbidden() ? NOT_PERMITTED : result.exitCode) : 0,
    log: (conclusion) =>
      logOfCommand(result.config, [
        ...wanted.flatMap((said) => (said.to === 'log' ? [said] : [])),
        ...(conclusion === '' ? [] : [{ priority: 'info', text: conclusion } as const]),
      ]),
  };
};

/** `-v`: the configuration in force; nothing when there is none. */
export const configurationText = async (): Promise<string> => {
  const { value, config } = await readConfigFiles();
  return value === undefined ? '' : configurationDump(config, hostname());
};
