/** Directives that stand in the global part and inside a virtual (ldirectord reference 2.4 and 2.5). */
import { assignment, type Directive, type Reading } from './directive.js';
import type { CommonDraft } from './drafts.js';
import type { Alert } from './model.js';
import { wordPlace } from './source.js';

/** The first run of digits anywhere in a value (ldirectord reference 2.2). */
export const firstNumber = (value: string): number | undefined => {
  const digits = /\d+/.exec(value)?.[0];
  return digits === undefined ? undefined : Number(digits);
};

type NumberKey = 'checkTimeout' | 'negotiateTimeout' | 'checkInterval' | 'checkCount' | 'failureCount';

/** A number above zero; `genuine` is the message for anything else. */
export const positiveNumber = <Draft extends CommonDraft>(
  name: string,
  key: NumberKey,
  genuine: string,
  after: (reading: Reading<Draft>) => void = () => undefined,
): Directive<Draft> =>
  assignment(name, (value, reading) => {
    const number = firstNumber(value) ?? 0;
    if (number > 0) {
      reading.draft[key] = number;
      after(reading);
      return;
    }
    reading.report.error('number', reading.place, genuine, `${name} needs a whole number above 0`);
  });

/** Exactly `yes` or `no`: not even a blank may follow. */
export const yesOrNo = <Draft>(name: string, set: (draft: Draft, value: boolean) => void): Directive<Draft> =>
  assignment(name, (value, { draft, report, place }) => {
    if (value === 'yes' || value === 'no') {
      set(draft, value === 'yes');
      return;
    }
    const message = /^(yes|no)\s/i.test(`${value} `)
      ? `${name} must be exactly yes or no: lower case, and nothing, not even a blank or a comment, after it`
      : `${name} must be yes or no`;
    report.error('yes-or-no', place, `${name} must be 'yes' or 'no'`, message);
  });

const STATUSES = ['starting', 'running', 'stopping', 'reloading'] as const;

const readStatuses = (value: string, { draft, report, line }: Reading<CommonDraft>): void => {
  // Blanks around commas are fine, a trailing one is not; empty words at the end do not count.
  const words = value.split(/[ \t\r\f\v]*,[ \t\r\f\v]*/);
  while (words.at(-1) === '') words.pop();
  const none = words.includes('none');
  const statuses = new Set<Alert['statuses'][number]>();
  for (const word of words) {
    const status = STATUSES.find((name) => name === word);
    if (status === undefined && word !== 'all' && word !== 'none') {
      const message = `'${word}' is no status; use all, none, ${STATUSES.join(', ')}`;
      report.error('alert-status', wordPlace(line, word), `invalid email alert status at: "${word}"`, message);
      return;
    }
    if (none && word !== 'none') {
      const genuine = `invalid email alert status: "${word}" specified with "none"`;
      report.error('alert-status', wordPlace(line, word), genuine, `'${word}' contradicts 'none'`);
      return;
    }
    for (const each of STATUSES) if (word === 'all' || word === each) statuses.add(each);
  }
  draft.alertStatuses = [...statuses];
};

const CHECK_COUNT_DEPRECATED = "checkcount option is deprecated and slated for removal.  please see 'failurecount'";

/** The messages of the five numbers differ between the scopes. */
const NUMBER_TEXTS = {
  global: {
    checkTimeout: 'invalid check timeout value',
    negotiateTimeout: 'invalid negotiate timeout value',
    checkInterval: 'invalid check interval value',
    checkCount: 'invalid check count value',
    failureCount: 'invalid failure count value',
  },
  section: {
    checkTimeout: 'invalid check timeout',
    negotiateTimeout: 'invalid negotiate timeout',
    checkInterval: 'invalid checkinterval',
    checkCount: 'invalid check count',
    failureCount: 'invalid failure count',
  },
} as const;

/** Everything the two scopes share except fallback, whose moment of resolution differs. */
export const commonDirectives = <Draft extends CommonDraft>(
  scope: keyof typeof NUMBER_TEXTS,
  atCheckInterval: (reading: Reading<Draft>) => void = () => undefined,
): readonly Directive<Draft>[] => {
  const texts = NUMBER_TEXTS[scope];
  return [
    positiveNumber('checktimeout', 'checkTimeout', texts.checkTimeout),
    assignment('connecttimeout', (_value, { report, place }) =>
      report.error(
        'connecttimeout',
        place,
        'connecttimeout directive deprecated in favour of negotiatetimeout',
        'connecttimeout no longer exists; use negotiatetimeout',
        { suggestion: 'negotiatetimeout' },
      ),
    ),
    positiveNumber('negotiatetimeout', 'negotiateTimeout', texts.negotiateTimeout),
    positiveNumber('checkinterval', 'checkInterval', texts.checkInterval, atCheckInterval),
    positiveNumber('checkcount', 'checkCount', texts.checkCount, ({ report, place }) =>
      report.warning('checkcount', place, CHECK_COUNT_DEPRECATED, 'checkcount only counts pings; use failurecount'),
    ),
    positiveNumber('failurecount', 'failureCount', texts.failureCount),
    yesOrNo('quiescent', (draft, value) => {
      draft.quiescent = value;
    }),
    yesOrNo('cleanstop', (draft, value) => {
      draft.cleanStop = value;
    }),
    assignment('emailalert', (value, { draft, report, place }) => {
      const address = value.replace(/^"/, '').replace(/"[ \t\r\f\v]*$/, '');
      if (address === '') {
        report.error('alert-address', place, 'no email address specified', 'emailalert needs an address');
        return;
      }
      draft.alertTo = address;
    }),
    assignment('emailalertfreq', (value, { draft, report, place }) => {
      const digits = /^\d+/.exec(value)?.[0];
      if (digits === undefined) {
        report.error(
          'alert-frequency',
          place,
          'invalid email alert frequency',
          'emailalertfreq needs a number of seconds',
        );
        return;
      }
      draft.alertFrequency = Number(digits);
    }),
    assignment('emailalertstatus', readStatuses),
    assignment('smtp', (value, { draft, report, place }) => {
      const server = /^[0-9A-Za-z._+-]+/.exec(value)?.[0];
      if (server === undefined) {
        const message = 'smtp needs a host name or an IPv4 address, without quotes';
        report.error('smtp', place, 'invalid SMTP server address', message);
        return;
      }
      draft.smtp = server;
    }),
  ];
};
