/** How haproxy checks the servers of a proxy, as directives of ldirectord.cf. */
import { perlPattern } from '../../ldirectord/config/perl-regex.js';
import type { Ledger } from '../ledger.js';
import { arg, type Statement } from '../statement.js';
import { nameValue, quotableText, whole } from '../values.js';
import type { ProxySection } from './proxy.js';
import { haproxyTime } from './times.js';

/** What haproxy takes where nothing is said: milliseconds, and failures in a row. */
const DEFAULTS = { interval: 2000, fall: 3 } as const;

type Directives = Map<string, string>;

const METHODS = /^(GET|HEAD|OPTIONS|POST|PUT|DELETE|TRACE|CONNECT)$/;

interface Page {
  method: string;
  request: string;
  receive: string;
  host: string | undefined;
  /** A status is asked for. */
  expects: boolean;
  readonly statement: Statement;
}

/** `option httpchk [METHOD] [URI] [VERSION]`, where old files hide headers in the version. */
const pageOf = (statement: Statement): Page => {
  const [first = '', second = '', ...versions] = statement.args.slice(1).map(({ value }) => value);
  const isMethod = METHODS.test(first);
  const [method, uri, version] = isMethod ? [first, second, versions.join(' ')] : ['OPTIONS', first, ''];
  const host = /\nhost:\s*(\S+)/i.exec(version)?.[1];
  return { method, request: uri === '' ? '/' : uri, receive: '', host, expects: false, statement };
};

/** `http-check send meth GET uri /x hdr Host NAME`. */
const readSend = (page: Page, statement: Statement): void => {
  const words = statement.args.map(({ value }) => value);
  const after = (word: string): string | undefined => {
    const index = words.indexOf(word);
    return index < 0 ? undefined : words[index + 1];
  };
  page.method = after('meth') ?? page.method;
  page.request = after('uri') ?? page.request;
  const header = words.findIndex((word, index) => word === 'hdr' && /^host$/i.test(words[index + 1] ?? ''));
  if (header >= 0) page.host = words[header + 2];
};

const quoteMeta = (text: string): string => text.replace(/[^A-Za-z0-9_ ]/g, '\\$&');

const readExpect = (ledger: Ledger, page: Page, statement: Statement): void => {
  const [kind = '', ...rest] = statement.args.slice(1).map(({ value }) => value);
  const text = rest.join(' ');
  const pattern = kind === 'string' ? quoteMeta(text) : kind === 'rstring' ? text : undefined;
  if (kind === 'status' && /^2\d\d(-2\d\d)?$/.test(text)) page.expects = true;
  else if (pattern !== undefined && quotableText(pattern) !== undefined && perlPattern(pattern).ok)
    page.receive = pattern;
  else
    ledger.remark(
      'lost',
      statement,
      'ldirectord takes a page with status 2xx in which a pattern is found',
      'write the pattern into receive, or use checktype = external with a program of your own',
    );
};

/** The page that is asked for, from `option httpchk` and `http-check`; undefined: none is. */
const readPage = (ledger: Ledger, settings: readonly Statement[]): Page | undefined => {
  let page: Page | undefined;
  for (const statement of settings) {
    if (statement.keyword === 'option' && arg(statement, 0) === 'httpchk') page = pageOf(statement);
    if (statement.keyword !== 'http-check' || page === undefined) continue;
    ledger.carry(statement);
    if (arg(statement, 0) === 'send') readSend(page, statement);
    else if (arg(statement, 0) === 'expect') readExpect(ledger, page, statement);
    else if (arg(statement, 0) !== 'disable-on-404')
      ledger.remark(
        'lost',
        statement,
        'a step of a longer check',
        'use checktype = external with a program of your own',
      );
    else ledger.remark('lost', statement, 'a page that is missing takes a server out slowly', 'use maintenancedir');
  }
  return page;
};

const applyPage = (ledger: Ledger, page: Page, isTls: boolean, directives: Directives): void => {
  const { statement, receive } = page;
  directives.set('checktype', 'negotiate');
  directives.set('service', isTls ? 'https' : 'http');
  const request = quotableText(page.request);
  if (request === undefined || /\s/.test(request))
    ledger.remark('lost', statement, 'ldirectord.cf cannot hold this request; / is asked for', 'ask for another page');
  directives.set('request', `"${request === undefined || /\s/.test(request) ? '/' : request}"`);
  if (receive !== '') directives.set('receive', `"${receive}"`);
  const host = nameValue(page.host ?? '');
  if (host !== undefined) directives.set('virtualhost', host);
  if (page.method === 'HEAD' && receive === '') directives.set('httpmethod', 'HEAD');
  const notes = [
    ...(page.expects ? [] : ['a status 3xx is good for haproxy; for ldirectord it is 2xx only']),
    ...(page.method === 'GET' || page.method === 'HEAD' ? [] : [`the page is asked for by GET, not ${page.method}`]),
  ];
  if (notes.length > 0) ledger.remark('changed', statement, notes.join('; '));
};

/** Checks of one protocol, by the option that asks for them: the service of ldirectord, and what has to be added by hand. */
const PROTOCOL_CHECKS: Readonly<Record<string, { readonly service?: string; readonly advice?: string }>> = {
  smtpchk: { service: 'smtp' },
  'ldap-check': { service: 'ldap' },
  'mysql-check': { advice: 'or write service = mysql with login, passwd, database and request' },
  'pgsql-check': { advice: 'or write service = pgsql with login, passwd, database and request' },
  'redis-check': { advice: 'or write service = simpletcp with request = "PING\\n" and receive = "PONG"' },
  'ssl-hello-chk': { advice: 'or write service = https with a request' },
  'tcp-check': {},
};

const readProtocolCheck = (ledger: Ledger, settings: readonly Statement[], directives: Directives): void => {
  for (const statement of settings) {
    const name = statement.keyword === 'option' ? arg(statement, 0) : '';
    const check = Object.hasOwn(PROTOCOL_CHECKS, name) ? PROTOCOL_CHECKS[name] : undefined;
    if (check === undefined) continue;
    ledger.carry(statement);
    if (check.service !== undefined) {
      directives.set('checktype', 'negotiate');
      directives.set('service', check.service);
    } else if (check.advice !== undefined)
      ledger.remark('changed', statement, 'a greeting of this protocol; a connection is tried instead', check.advice);
  }
};

/** The value of an option of the servers; the first server that has it counts, others that differ are reported. */
const shared = (ledger: Ledger, { servers }: ProxySection, name: string): string | undefined => {
  const holder = servers.find(({ options }) => options.has(name));
  const value = holder?.options.get(name);
  for (const { statement, options } of servers)
    if (options.has(name) && options.get(name) !== value)
      ledger.remark('changed', statement, `${name} is the same for all servers of a service: ${value}`);
  return value;
};

const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

/** The directives of a service, and the seconds between two checks. */
export const readChecks = (
  ledger: Ledger,
  proxy: ProxySection,
): { readonly directives: ReadonlyMap<string, string>; readonly interval: number } => {
  const { servers, settings } = proxy;
  const directives: Directives = new Map();
  const checked = servers.filter(({ options }) => options.has('check'));
  const page = readPage(ledger, settings);
  const interval = seconds(haproxyTime(shared(ledger, proxy, 'inter') ?? '') ?? DEFAULTS.interval);
  if (checked.length === 0) return { directives: new Map([['checktype', 'on']]), interval };
  for (const { statement, options } of servers)
    if (!options.has('check') && !options.has('backup'))
      ledger.remark('changed', statement, 'it was not checked, and now is like the others of its service');
  directives.set('checktype', 'connect');
  readProtocolCheck(ledger, settings, directives);
  if (page !== undefined) {
    ledger.carry(page.statement);
    applyPage(
      ledger,
      page,
      checked.some(({ options }) => options.has('check-ssl')),
      directives,
    );
  } else if (checked.some(({ options }) => options.has('check-ssl')))
    for (const { statement, options } of checked)
      if (options.has('check-ssl'))
        ledger.remark(
          'changed',
          statement,
          'a TLS handshake; a connection is tried instead',
          'or write service = https with a request',
        );
  const port = whole(shared(ledger, proxy, 'port') ?? '', 1, 65_535);
  if (port !== undefined) directives.set('checkport', String(port));
  const patience = settings.findLast(({ keyword, args }) => keyword === 'timeout' && args[0]?.value === 'check');
  const limit = patience === undefined ? undefined : haproxyTime(arg(patience, 1));
  if (patience !== undefined && limit !== undefined) {
    ledger.carry(patience);
    directives.set('checktimeout', String(seconds(limit)));
  }
  const fall = whole(shared(ledger, proxy, 'fall') ?? '', 1, 1000) ?? DEFAULTS.fall;
  directives.set('failurecount', String(fall));
  return { directives, interval };
};
