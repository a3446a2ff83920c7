/** What haproxy does that IPVS does not: what speaks against replacing it, what gets lost, and what nobody needs then. */
import { arg, type Statement } from '../statement.js';
import type { Bind, ProxySection, Server } from './proxy.js';

/** Why a proxy cannot become a service of ldirectord. */
export interface Blocker {
  readonly statement: Statement;
  readonly message: string;
}

const DECIDES = 'decides by what a request holds, which IPVS does not see';
const CHANGES = 'changes requests or answers, which IPVS does not touch';

const BLOCKING: Readonly<Record<string, string>> = {
  acl: DECIDES,
  use_backend: DECIDES,
  'use-server': DECIDES,
  'force-persist': DECIDES,
  'ignore-persist': DECIDES,
  block: DECIDES,
  'tcp-request': DECIDES,
  'tcp-response': DECIDES,
  'http-request': CHANGES,
  'http-response': CHANGES,
  'http-after-response': CHANGES,
  redirect: 'answers with a redirect itself',
  reqadd: CHANGES,
  reqrep: CHANGES,
  reqirep: CHANGES,
  reqdel: CHANGES,
  reqidel: CHANGES,
  reqdeny: DECIDES,
  reqideny: DECIDES,
  rspadd: CHANGES,
  rsprep: CHANGES,
  rspirep: CHANGES,
  rspdel: CHANGES,
  rspidel: CHANGES,
  cookie: 'keeps clients at their server by a cookie',
  appsession: 'keeps clients at their server by a cookie',
  compression: 'compresses answers',
  filter: CHANGES,
  'monitor-uri': 'answers a request itself',
  'monitor fail': 'answers a request itself',
  'rate-limit': 'limits the rate of connections',
  'server-template': 'finds its servers by DNS while it runs',
  dispatch: 'sends everything to one address',
  'use-fcgi-app': 'speaks FastCGI to the servers',
  'option http_proxy': 'is a forward proxy',
  'option transparent': 'is a transparent proxy',
};

/** The name that the tables have for a statement: `option httplog` is one word there. */
export const featureOf = (statement: Statement): string =>
  ['option', 'stats', 'monitor'].includes(statement.keyword)
    ? `${statement.keyword} ${arg(statement, 0)}`
    : statement.keyword;

const LAYER7_BALANCE = new Set(['uri', 'url_param', 'hdr', 'rdp-cookie', 'hash']);

/** `stick on src`, which persistent does as well. */
export const isStickBySource = (statement: Statement): boolean =>
  statement.keyword === 'stick' && /^(on|match) src$/.test(statement.args.map(({ value }) => value).join(' '));

const isIpTable = (statement: Statement): boolean => {
  const words = statement.args.map(({ value }) => value);
  return ['ip', 'ipv6'].includes(words[words.indexOf('type') + 1] ?? '');
};

const statementBlocker = (statement: Statement): string | undefined => {
  const feature = featureOf(statement);
  if (Object.hasOwn(BLOCKING, feature)) return BLOCKING[feature];
  if (statement.keyword === 'stick' && !isStickBySource(statement))
    return 'keeps clients at their server by what a request holds';
  if (statement.keyword === 'stick-table' && !isIpTable(statement))
    return 'remembers clients by something other than their address';
  if (statement.keyword === 'balance' && LAYER7_BALANCE.has(arg(statement, 0).replace(/\(.*$/, '')))
    return 'chooses the server by what a request holds';
  return undefined;
};

const bindBlocker = ({ options }: Bind): string | undefined => {
  if (options.includes('ssl')) return 'ends TLS here; with IPVS the servers would have to';
  return options.includes('accept-proxy') ? 'takes the PROXY protocol, which the servers would have to' : undefined;
};

const serverBlocker = ({ options }: Server): string | undefined => {
  if (options.has('ssl')) return 'speaks TLS to the server and something else to the client';
  if (options.has('send-proxy') || options.has('send-proxy-v2')) return 'speaks the PROXY protocol to the server';
  return options.has('cookie') ? 'keeps clients at their server by a cookie' : undefined;
};

/** Everything that speaks against IPVS for this proxy; nothing: it can be replaced. */
export const blockersOf = (proxy: ProxySection): readonly Blocker[] => {
  const { settings, binds, servers, front, back, mode } = proxy;
  const found: Blocker[] = [];
  const add = (statement: Statement, message: string | undefined): void => {
    if (message !== undefined) found.push({ statement, message });
  };
  for (const statement of settings) add(statement, statementBlocker(statement));
  for (const bind of binds) add(bind.statement, bindBlocker(bind));
  for (const server of servers) add(server.statement, serverBlocker(server));
  if (mode === 'other') add(front, 'is neither TCP nor HTTP');
  if (binds.length === 0) add(front, 'listens on nothing that the import understands');
  if (back === undefined) add(front, 'has no backend that is always used');
  else if (servers.length === 0) add(back, 'has no server with an address');
  return found;
};

const NEEDLESS: Readonly<Record<string, string>> = {
  timeout: 'a patience of the proxy; IPVS passes packets on, and the two ends have their own',
  maxconn: 'a limit of the proxy; IPVS has none',
  fullconn: 'a limit of the proxy; IPVS has none',
  backlog: 'a queue of the proxy; connections queue at the servers',
  retries: 'attempts to connect; the client speaks to the server itself',
  log: 'a log of connections; IPVS counts them (ipvsadm -L --stats)',
  'log-format': 'a log of connections; IPVS counts them (ipvsadm -L --stats)',
  'log-tag': 'a log of connections; IPVS counts them (ipvsadm -L --stats)',
  'unique-id-format': 'a log of connections',
  'unique-id-header': 'a log of connections',
  capture: 'a log of requests; the servers have theirs',
  'http-check': 'it does nothing where no page is asked for (option httpchk)',
  stick: 'another rule has decided that already',
  'stick-table': 'no rule asks it for a server',
  'http-reuse': 'connections of the proxy to its servers',
  'hash-type': 'how a hash is made',
  description: 'a text for people',
  id: 'a number for statistics',
  guid: 'a number for statistics',
  enabled: 'the default',
  'bind-process': 'processes of the proxy',
  'load-server-state-from-file': 'memory of the proxy',
  clitimeout: 'a patience of the proxy; IPVS passes packets on, and the two ends have their own',
  srvtimeout: 'a patience of the proxy; IPVS passes packets on, and the two ends have their own',
  contimeout: 'a patience of the proxy; IPVS passes packets on, and the two ends have their own',
};

const NEEDLESS_OPTIONS: Readonly<Record<string, string>> = {
  forwardfor: 'the address of the client for the servers; with IPVS they see it anyway',
  originalto: 'the address that was asked for; with IPVS the servers see it in their requests',
  redispatch:
    'another server when one cannot be reached; a client that tries again gets one as soon as the check has failed',
};

const LOST: Readonly<Record<string, readonly [message: string, advice: string]>> = {
  errorfile: ['a page when no server is up', 'give the page to a web server, and name it in fallback'],
  errorfiles: ['a page when no server is up', 'give the page to a web server, and name it in fallback'],
  errorloc: ['a page when no server is up', 'give the page to a web server, and name it in fallback'],
  errorloc302: ['a page when no server is up', 'give the page to a web server, and name it in fallback'],
  errorloc303: ['a page when no server is up', 'give the page to a web server, and name it in fallback'],
  stats: ['the statistics page', 'ldirectord-ts status and ipvsadm -L --stats show the state'],
  source: ['the address that connections to the servers come from', 'with IPVS they come from the client'],
  disabled: ['the proxy is switched off', 'take its services out of ldirectord.cf'],
  'monitor-net': ['checks by others are not logged', ''],
  'tcp-check': [
    'a dialogue with the server',
    'use service = simpletcp with request and receive, or checktype = external',
  ],
  'external-check': [
    'a program checks the servers',
    'write checktype = external and checkcommand; the arguments are the same: addresses and ports of the virtual service and of the server',
  ],
  'email-alert': ['mails about servers', 'write emailalert, emailalertfrom and smtp into ldirectord.cf'],
  'max-keep-alive-queue': ['a queue of the proxy', ''],
};

/** What becomes of a setting that no service needs; undefined: it is not known. */
export const leftover = (
  statement: Statement,
): { readonly kind: 'lost' | 'needless'; readonly message: string; readonly advice: string } | undefined => {
  const { keyword } = statement;
  const lost = Object.hasOwn(LOST, keyword) ? LOST[keyword] : undefined;
  if (lost !== undefined) return { kind: 'lost', message: lost[0], advice: lost[1] };
  const option = keyword === 'option' || keyword === 'no' ? arg(statement, keyword === 'no' ? 1 : 0) : undefined;
  const needless =
    option === undefined
      ? Object.hasOwn(NEEDLESS, keyword)
        ? NEEDLESS[keyword]
        : undefined
      : Object.hasOwn(NEEDLESS_OPTIONS, option)
        ? NEEDLESS_OPTIONS[option]
        : 'how the proxy speaks or logs';
  return needless === undefined ? undefined : { kind: 'needless', message: needless, advice: '' };
};
