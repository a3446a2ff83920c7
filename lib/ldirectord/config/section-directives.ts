/** Directives inside a virtual (ldirectord reference 2.5), without those it shares with the global part. */

import { suggest } from '../../config/suggest.js';
import type { Family } from '../../ipvs/model.js';
import { commonDirectives, firstNumber, yesOrNo } from './common-directives.js';
import { assignment, type Directive, quoted, type Reading } from './directive.js';
import type { SectionDraft } from './drafts.js';
import { readFallback } from './fallback-value.js';
import { type CheckType, SERVICES } from './model.js';
import { withSlash } from './real-line.js';
import { wordPlace } from './source.js';

const SERVICE_TEXT =
  'service must be dns, ftp, http, https, http_proxy, imap, imaps, ldap, ldaps, mysql, nntp, none, oracle, pop, pops, radius, pgsql, simpletcp, sip, smtp or submission';
const CHECK_TYPES = ['connect', 'negotiate', 'ping', 'off', 'on', 'external', 'external-perl'] as const;
const CHECK_TYPE_TEXT =
  'checktype must be "connect", "negotiate", "on", "off", "ping", "external", "external-perl" or a positive number';

/** `real` belongs into virtual=, `real6` into virtual6=; the same for fallback. */
const familyDirective = (
  base: 'real' | 'fallback',
  family: Family,
  read: (value: string, reading: Reading<SectionDraft>) => void,
): Directive<SectionDraft> => {
  const name = family === 'ipv4' ? base : `${base}6`;
  const other = family === 'ipv4' ? `${base}6` : base;
  return assignment(name, (value, reading) => {
    if (reading.draft.family === family) {
      read(value, reading);
      return;
    }
    reading.report.error(
      'family',
      reading.place,
      `cannot specify "${name}" here.  please use "${other}" instead`,
      `${name} does not fit into this virtual service of the other address family`,
      { suggestion: other },
    );
  });
};

const addReal = (value: string, { draft, line }: Reading<SectionDraft>): void => {
  draft.reals.push({ line, value });
};

const setFallback = (value: string, { draft, line, report }: Reading<SectionDraft>): void => {
  const read = readFallback(value, line, report);
  if (read !== undefined) draft.fallback = read;
};

type TextKey = 'login' | 'password' | 'database' | 'secret' | 'receive';

/** A quoted string that must not be empty. */
const quotedText = (name: string, key: TextKey, genuine: string): Directive<SectionDraft> =>
  quoted(name, (value, { draft, report, place }) => {
    if (value === '') {
      report.error('empty-string', place, genuine, `${name} must not be empty`);
      return;
    }
    draft[key] = value;
  });

/** Quoted up to the last quote, or else the rest of the line as it is. */
const quotedOrPlain = (value: string): string => /^"([^\n]*)"/.exec(value)?.[1] ?? value;

/** Any digit makes it a number; otherwise the first word counts (ldirectord reference 4.1). */
const readCheckType = (value: string): CheckType | undefined => {
  const connects = firstNumber(value);
  if (connects !== undefined) return { kind: 'combined', connects };
  const word = /[A-Za-z0-9_-]+/.exec(value)?.[0];
  const kind = CHECK_TYPES.find((name) => name === word);
  return kind === undefined ? undefined : { kind };
};

const checkDirectives: readonly Directive<SectionDraft>[] = [
  assignment('checktype', (value, { draft, report, line, place }) => {
    const type = readCheckType(value);
    if (type === undefined) {
      const word = /[A-Za-z0-9_-]+/.exec(value)?.[0] ?? '';
      report.error('checktype', wordPlace(line, word), CHECK_TYPE_TEXT, `unknown checktype '${word}'`, {
        suggestion: suggest(word, CHECK_TYPES),
      });
      return;
    }
    if (type.kind === 'combined' && !/^["\s]*\d+["\s]*$/.test(value)) {
      report.own('checktype', place, `read as checktype=${type.connects}: any digit makes it a number of connects`);
    }
    draft.checkType = type;
  }),
  assignment('service', (value, { draft, report, line, facts }) => {
    const word = /[0-9A-Za-z_]+/.exec(value)?.[0] ?? '';
    const service = SERVICES.find((name) => name === word);
    if (service === undefined) {
      report.error('service', wordPlace(line, word), SERVICE_TEXT, `unknown service '${word}'`, {
        suggestion: suggest(word, SERVICES),
      });
      return;
    }
    draft.service = service;
    // Only a written service sets these, not one that follows from the port.
    if (service === 'ftp') {
      draft.login ??= 'anonymous';
      draft.password ??= `ldirectord@${facts.hostname}`;
    }
    if (service === 'sip') draft.login ??= `ldirectord@${facts.hostname}`;
  }),
  assignment('checkcommand', (value, { draft, report, place }) => {
    const command = quotedOrPlain(value);
    if (command === '') report.error('checkcommand', place, 'invalid check command', 'checkcommand is empty');
    else draft.checkCommand = command;
  }),
  assignment('checkport', (value, { draft, report, place }) => {
    const port = firstNumber(value);
    if (port === undefined) {
      report.error(
        'checkport',
        place,
        'invalid port',
        'checkport needs a port number; service names are not looked up',
      );
      return;
    }
    if (port < 1 || port > 65535) {
      report.error('checkport', place, 'checkport must be in range 1..65536', 'checkport must be from 1 to 65535');
      return;
    }
    draft.checkPort = port;
  }),
  quoted('request', (value, { draft, report, place }) => {
    if (value === '') report.error('empty-string', place, 'no request string specified', 'request must not be empty');
    else draft.request = withSlash(value);
  }),
  quotedText('receive', 'receive', 'invalid receive string'),
  assignment('virtualhost', (value, { draft }) => {
    draft.virtualHost = /^"?([^"]*)/.exec(value)?.[1] ?? '';
  }),
  assignment('httpmethod', (value, { draft, report, place }) => {
    const word = (/[0-9A-Za-z_]+/.exec(value)?.[0] ?? '').toUpperCase();
    if (word === 'GET' || word === 'HEAD') draft.httpMethod = word;
    else report.error('httpmethod', place, 'httpmethod must be GET or HEAD', 'httpmethod must be GET or HEAD');
  }),
  quotedText('login', 'login', 'invalid login string'),
  quotedText('passwd', 'password', 'invalid password'),
  quotedText('database', 'database', 'invalid database'),
  quotedText('secret', 'secret', 'invalid secret'),
  quoted('load', (value, { report, place }) => {
    if (value === '') {
      report.error('empty-string', place, 'invalid string for load testing', 'load must not be empty');
      return;
    }
    report.own('load', place, "'load' has no effect, in the genuine program neither");
  }),
  assignment('monitorfile', (value, { draft, report, place, facts }) => {
    const file = quotedOrPlain(value);
    const reason = file === '' ? 'No such file or directory' : facts.appendError(file);
    if (reason !== undefined) {
      const message = `cannot write to '${file}': ${reason}`;
      report.error('monitorfile', place, `unable to open monitorfile ${file}: ${reason}`, message);
      return;
    }
    draft.monitorFile = file;
  }),
];

const tableDirectives: readonly Directive<SectionDraft>[] = [
  assignment('protocol', (value, { draft, report, place }) => {
    const word = /[0-9A-Za-z_]+/.exec(value)?.[0];
    const isMark = draft.target?.kind === 'mark';
    if (word === undefined) {
      report.error('protocol', place, 'invalid protocol', 'protocol must be tcp, udp or fwm');
      return;
    }
    if (isMark ? word !== 'fwm' : word !== 'tcp' && word !== 'udp') {
      const genuine = isMark
        ? 'protocol must be fwm if the virtual service is a fwmark (a number)'
        : 'protocol must be tcp or udp if the virtual service is an address and port';
      report.error('protocol', place, genuine, genuine);
      return;
    }
    draft.protocol = isMark ? 'fwm' : word === 'udp' ? 'udp' : 'tcp';
  }),
  assignment('scheduler', (value, { draft, report, place }) => {
    const word = /[a-z]+/.exec(value)?.[0];
    if (word === undefined) {
      report.error(
        'scheduler',
        place,
        'invalid scheduler, should be only lowercase letters (a-z)',
        'a scheduler is written in lower case letters, such as rr, wrr, lc or wlc',
      );
      return;
    }
    draft.scheduler = word;
  }),
  assignment('schedflags', (value, { draft, report, place }) => {
    const word = /[^ \t\r\f\v]+/.exec(value)?.[0];
    if (word === undefined) report.error('schedflags', place, 'invalid sched-flags', 'schedflags is empty');
    else draft.flags = word;
  }),
  assignment('persistent', (value, { draft, report, place }) => {
    const number = firstNumber(value);
    if (number === undefined) {
      report.error('persistent', place, 'invalid persistent timeout', 'persistent needs a number of seconds');
      return;
    }
    draft.persistent = number;
  }),
  assignment('netmask', (value, { draft, report, place }) => {
    if (draft.family === 'ipv4' && !/^\d+\.\d+\.\d+\.\d+$/.test(value)) {
      const genuine = 'invalid netmask: dotted quad notation is required';
      report.error('netmask', place, genuine, 'the netmask must be a dotted quad with nothing after it');
      return;
    }
    if (draft.family === 'ipv6' && (!/^\d+$/.test(value) || Number(value) < 1 || Number(value) > 128)) {
      const genuine = 'invalid netmask: a prefix length between 1 and 128 is required';
      report.error('netmask', place, genuine, 'the netmask of an IPv6 service is a prefix length from 1 to 128');
      return;
    }
    draft.netmask = draft.family === 'ipv6' ? String(Number(value)) : value;
  }),
  yesOrNo('ops', (draft, value) => {
    draft.ops = value;
  }),
  assignment('fallbackcommand', (value, { draft, report, place }) => {
    const command = quotedOrPlain(value);
    if (command === '') report.error('fallbackcommand', place, 'invalid fallback command', 'fallbackcommand is empty');
    else draft.fallbackCommand = command;
  }),
  assignment('servicename', (value, { draft }) => {
    draft.serviceName = value;
  }),
  assignment('comment', (value, { draft }) => {
    draft.comment = value;
  }),
];

export const sectionDirectives: readonly Directive<SectionDraft>[] = [
  familyDirective('real', 'ipv4', addReal),
  familyDirective('real', 'ipv6', addReal),
  familyDirective('fallback', 'ipv4', setFallback),
  familyDirective('fallback', 'ipv6', setFallback),
  ...checkDirectives,
  ...tableDirectives,
  ...commonDirectives<SectionDraft>('section', ({ draft, place }) => {
    draft.checkIntervalPlace = place;
  }),
];
