/** Directives of the global part (ldirectord reference 2.4); they stand at column 1, in lower case. */
import type { Family } from '../../ipvs/model.js';
import { commonDirectives, yesOrNo } from './common-directives.js';
import { assignment, type Directive, quoted } from './directive.js';
import type { GlobalDraft } from './drafts.js';
import { readFallback, resolveFallback } from './fallback-value.js';
import { perlLike, positionOf } from './source.js';

const fallback = (name: string, family: Family): Directive<GlobalDraft> =>
  assignment(name, (value, { draft, line, report, facts }) => {
    const read = readFallback(value, line, report);
    // A service name must exist for both protocols: one global fallback serves tcp and udp virtuals.
    if (read === undefined) return;
    const resolved = resolveFallback(read, family, ['tcp', 'udp'], facts, report);
    if (resolved !== undefined) draft.fallbacks[family] = { draft: read, address: resolved.address };
  });

/** 1.x wrote `timeout`; 4.12 refuses it (see intended-differences.ts). */
const timeout = assignment<GlobalDraft>('timeout', (value, { draft, report, place }) => {
  const number = Number(/\d+/.exec(value)?.[0] ?? 0);
  if (number > 0) {
    draft.checkTimeout = number;
    report.own('timeout', place, "'timeout' is the old name of checktimeout and read as that", 'checktimeout');
    return;
  }
  report.error(
    'timeout',
    place,
    'timeout directive deprecated in favour of checktimeout and negotiatetimeout',
    'timeout is the old name of checktimeout, which needs a whole number above 0',
    { suggestion: 'checktimeout' },
  );
});

const supervised: Directive<GlobalDraft> = {
  name: 'supervised',
  pattern: perlLike('^supervised(.*)'),
  read: (rest, { draft, report, place }) => {
    if (perlLike('^\\s*$').test(rest)) {
      draft.supervised = true;
      report.warning(
        'supervised',
        place,
        'please update your config not to use a bare supervised directive',
        'write supervised=yes instead of the bare word',
      );
      return;
    }
    const value = perlLike('^\\s*=\\s*(.*)').exec(rest)?.[1];
    if (value === 'yes' || value === 'no') draft.supervised = value === 'yes';
    else report.error('yes-or-no', place, "supervised must be 'yes' or 'no'", 'supervised must be yes or no');
  },
};

export const globalDirectives: readonly Directive<GlobalDraft>[] = [
  timeout,
  ...commonDirectives<GlobalDraft>('global'),
  fallback('fallback', 'ipv4'),
  fallback('fallback6', 'ipv6'),
  assignment('fallbackcommand', (value, { draft, report, place }) => {
    if (value === '') report.error('fallbackcommand', place, 'invalid fallback command', 'fallbackcommand is empty');
    else draft.fallbackCommand = value;
  }),
  yesOrNo('autoreload', (draft, value) => {
    draft.autoReload = value;
  }),
  quoted('callback', (value, { draft }) => {
    draft.callback = value;
  }),
  quoted('logfile', (value, { draft, report, place, facts }) => {
    // The log goes to standard output once supervised was seen, so that the file is not tried then.
    if (value.startsWith('/') && draft.supervised !== true && facts.appendError(value) !== undefined) {
      const message = `cannot write to '${value}': ${facts.appendError(value) ?? ''}`;
      report.error('logfile', place, `unable to open logfile: ${value}`, message);
      return;
    }
    draft.logfile = value;
  }),
  assignment('execute', (value, { draft, report, place }) => {
    draft.execute.push({ value, at: positionOf(report.path, place) });
  }),
  yesOrNo('fork', (draft, value) => {
    draft.fork = value;
  }),
  supervised,
  yesOrNo('readdquiescent', (draft, value) => {
    draft.readdQuiescent = value;
  }),
  assignment('emailalertfrom', (value, { draft, report, place }) => {
    if (value === '') {
      report.error('alert-from', place, 'no email from address specified', 'emailalertfrom needs an address');
      return;
    }
    draft.emailAlertFrom = value;
  }),
  assignment('maintenancedir', (value, { draft, report, place, facts }) => {
    if (value === '') {
      report.error('maintenancedir', place, 'maintenance directory not specified', 'maintenancedir needs a path');
      return;
    }
    if (!facts.isDirectory(value)) {
      const message = `there is no directory '${value}'`;
      report.warning('maintenancedir', place, 'maintenance directory does not exist', message);
    }
    draft.maintenanceDirectory = value;
  }),
];
