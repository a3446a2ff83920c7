/** Fills in the defaults: a virtual's own value, else the global one, else the built-in one (ldirectord reference 2.4 to 2.6). */
import type { ServiceKey } from '../../ipvs/model.js';
import { type Millis, seconds } from '../../time.js';
import { resolvePort } from './addresses.js';
import type { GlobalDraft, ResolvedSection, SectionDraft } from './drafts.js';
import type { Facts } from './facts.js';
import type { Alert, CheckService, Fallback, Virtual } from './model.js';
import { positionOf, valuePlace } from './source.js';

/** The longest span a timer can hold (2^31 - 1 ms); larger numbers mean "never" just as well. */
const LONGEST_SECONDS = 2_147_483;
const period = (value: number): Millis => seconds(Math.min(value, LONGEST_SECONDS));

const SERVICE_OF_PORT: Readonly<Record<number, CheckService>> = {
  21: 'ftp',
  25: 'smtp',
  53: 'dns',
  80: 'http',
  110: 'pop',
  119: 'nntp',
  143: 'imap',
  389: 'ldap',
  443: 'https',
  587: 'submission',
  636: 'ldaps',
  993: 'imaps',
  995: 'pops',
  1521: 'oracle',
  1812: 'radius',
  3128: 'http_proxy',
  3306: 'mysql',
  5060: 'sip',
  5432: 'pgsql',
};

export const BUILT_IN = {
  checkTimeout: 5,
  negotiateTimeout: 30,
  checkInterval: 10,
  logfile: '/var/log/ldirectord.log',
  statuses: ['starting', 'running', 'stopping', 'reloading'],
} as const;

const serviceOf = (key: ServiceKey): CheckService =>
  key.protocol === 'fwm' ? 'none' : (SERVICE_OF_PORT[key.port] ?? 'none');

/** The virtual's own fallback, else the global one of its family; without a port the virtual's port (a mark's: 0). */
const fallbackOf = (
  { draft, key, fallback }: ResolvedSection,
  globals: GlobalDraft,
  facts: Facts,
  path: string,
): Fallback | undefined => {
  const virtualPort = key.protocol === 'fwm' ? 0 : key.port;
  if (draft.fallback !== undefined) {
    if (fallback === undefined) return undefined;
    const at = positionOf(path, valuePlace(draft.fallback.line));
    return { address: fallback.address, port: fallback.port ?? virtualPort, method: draft.fallback.method, at };
  }
  const shared = globals.fallbacks[key.family];
  if (shared === undefined) return undefined;
  const { port: written, method, line } = shared.draft;
  const protocol = key.protocol === 'udp' ? 'udp' : 'tcp';
  const port = written === undefined ? virtualPort : (resolvePort(written, protocol, facts) ?? virtualPort);
  return { address: shared.address, port, method, at: positionOf(path, valuePlace(line)) };
};

const alertOf = (draft: SectionDraft, globals: GlobalDraft): Alert => ({
  to: draft.alertTo ?? globals.alertTo ?? '',
  frequency: draft.alertFrequency ?? globals.alertFrequency ?? 0,
  statuses: draft.alertStatuses ?? globals.alertStatuses ?? BUILT_IN.statuses,
  smtp: draft.smtp ?? globals.smtp,
});

/** One virtual as the daemon uses it. */
export const effectiveVirtual = (
  section: ResolvedSection,
  globals: GlobalDraft,
  facts: Facts,
  path: string,
): Virtual => {
  const { draft, key, reals } = section;
  // ldirectord reference 2.6: each timeout stands in for the other one before the built-in value is taken.
  const checkTimeout =
    draft.checkTimeout ??
    draft.negotiateTimeout ??
    globals.checkTimeout ??
    globals.negotiateTimeout ??
    BUILT_IN.checkTimeout;
  const negotiateTimeout =
    draft.negotiateTimeout ??
    draft.checkTimeout ??
    globals.negotiateTimeout ??
    globals.checkTimeout ??
    BUILT_IN.negotiateTimeout;
  // A virtual's own interval only counts with fork=yes.
  const checkInterval =
    (globals.fork === true ? draft.checkInterval : undefined) ?? globals.checkInterval ?? BUILT_IN.checkInterval;
  return {
    key,
    family: draft.family,
    scheduler: draft.scheduler ?? 'wrr',
    flags: draft.flags,
    persistent: draft.persistent,
    netmask: draft.netmask,
    ops: draft.ops ?? false,
    reals,
    fallback: fallbackOf(section, globals, facts, path),
    fallbackCommand: draft.fallbackCommand ?? globals.fallbackCommand,
    checkType: draft.checkType ?? { kind: 'negotiate' },
    service: draft.service ?? serviceOf(key),
    checkCommand: draft.checkCommand ?? '/bin/true',
    checkPort: draft.checkPort,
    checkTimeout: period(checkTimeout),
    negotiateTimeout: period(negotiateTimeout),
    checkInterval: period(checkInterval),
    checkCount: draft.checkCount ?? globals.checkCount ?? 1,
    failureCount: draft.failureCount ?? globals.failureCount ?? 1,
    request: draft.request ?? '/',
    receive: draft.receive ?? '',
    virtualHost: draft.virtualHost,
    httpMethod: draft.httpMethod ?? 'GET',
    login: draft.login ?? '',
    password: draft.password ?? '',
    database: draft.database ?? '',
    secret: draft.secret ?? '',
    quiescent: draft.quiescent ?? globals.quiescent ?? false,
    cleanStop: draft.cleanStop ?? globals.cleanStop ?? true,
    alert: alertOf(draft, globals),
    monitorFile: draft.monitorFile,
    serviceName: draft.serviceName,
    comment: draft.comment,
    at: positionOf(path, draft.place),
  };
};

/** The round of the whole daemon. */
export const globalInterval = (globals: GlobalDraft): Millis => period(globals.checkInterval ?? BUILT_IN.checkInterval);
