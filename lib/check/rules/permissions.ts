/** Who may read and write the files. */
import type { Diagnostic } from '../../config/diagnostic.js';
import { openToOthersMessage } from '../../config/permissions.js';
import { diagnosticOfFile } from '../../config/source.js';
import type { Facts, Rule } from '../facts.js';
import { directorDirective, foundInFile } from '../finding.js';

/** Files that decide what runs as root, and the folder in which they can be replaced. */
const decisive = ({ dir, heartbeat, suite, directors }: Facts): readonly string[] => [
  dir,
  ...(heartbeat === undefined ? [] : Object.values(heartbeat.paths)),
  suite.path,
  ...directors.map(({ path }) => path),
];

/** Files that others may change. */
export const writableFiles: Rule = (facts) =>
  decisive(facts).flatMap((path): readonly Diagnostic[] => {
    const status = facts.machine.files.get(path);
    const message = status === undefined ? undefined : openToOthersMessage(status, facts.machine.uid);
    if (message === undefined) return [];
    // `ha-heartbeat --check` has a code for this file already.
    if (path === facts.suite.path)
      return [diagnosticOfFile(path, 'warning', { code: 'ha-suite.ini/writable', message })];
    const mode = path === facts.dir ? '755' : path === facts.heartbeat?.paths.authKeys ? '600' : '644';
    return [
      foundInFile(path, 'warning', {
        code: 'check/writable',
        message: message.replace('chmod 644', `chmod ${mode}`),
        why: 'heartbeat and ldirectord run as root whatever their files name.',
        fix: `chown root ${path}; chmod ${mode} ${path}`,
      }),
    ];
  });

/** Passwords of checks that every user may read. */
export const readablePasswords: Rule = (facts) =>
  facts.directors.flatMap(({ path, config }) => {
    const secret = config.virtuals.flatMap(({ at, password, secret }) =>
      password !== '' ? [{ at, name: 'passwd' }] : secret !== '' ? [{ at, name: 'secret' }] : [],
    )[0];
    const mode = facts.machine.files.get(path)?.mode ?? 0;
    if (secret === undefined || (mode & 0o004) === 0) return [];
    const under = directorDirective(facts, secret.at, secret.name);
    return [
      // The line holds the password itself, and findings are pasted into tickets.
      foundInFile(path, 'warning', {
        code: 'check/readable-password',
        message: `there is a password in line ${under.at.line}, and every user of this machine can read the file`,
        why: 'whoever reads it can sign on to the real servers as the checks do.',
        fix: `chmod 640 ${path}`,
      }),
    ];
  });
