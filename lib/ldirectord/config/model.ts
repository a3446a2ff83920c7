/** What ldirectord.cf says, with all defaults resolved and the place of everything in its file (ldirectord reference 2). */
import type { Located, Position } from '../../config/diagnostic.js';
import type { Family, ForwardMethod, ServiceKey } from '../../ipvs/model.js';
import type { Millis } from '../../time.js';

export const SERVICES = [
  'dns',
  'ftp',
  'http',
  'https',
  'http_proxy',
  'imap',
  'imaps',
  'ldap',
  'ldaps',
  'mysql',
  'nntp',
  'none',
  'oracle',
  'pop',
  'pops',
  'radius',
  'pgsql',
  'simpletcp',
  'sip',
  'smtp',
  'submission',
] as const;
export type CheckService = (typeof SERVICES)[number];

/** checktype (ldirectord reference 4.1); `combined` is a number: that many connects after each negotiate. */
export type CheckType =
  | { readonly kind: 'connect' | 'negotiate' | 'ping' | 'external' | 'external-perl' | 'on' | 'off' }
  | { readonly kind: 'combined'; readonly connects: number };

/** A real server as configured; ranges are already expanded. */
export interface Real {
  readonly address: string;
  /** As configured; 0: none was given. */
  readonly port: number;
  readonly method: ForwardMethod;
  readonly weight: number;
  readonly upper: number;
  readonly lower: number;
  /** Per-real request (with its leading /) and receive, which override the virtual's. */
  readonly request: string | undefined;
  readonly receive: string | undefined;
  readonly at: Position;
}

export interface Fallback {
  readonly address: string;
  readonly port: number;
  readonly method: ForwardMethod;
  readonly at: Position;
}

/** What the daemon is doing, as mails and emailalertstatus name it. */
export type DaemonStatus = 'starting' | 'running' | 'stopping' | 'reloading';

export interface Alert {
  readonly to: string;
  /** Seconds between reminders, 0: none. */
  readonly frequency: number;
  readonly statuses: readonly DaemonStatus[];
  readonly smtp: string | undefined;
}

/** One virtual service with every default resolved (global value or built-in one). */
export interface Virtual {
  readonly key: ServiceKey;
  readonly family: Family;
  readonly scheduler: string;
  readonly flags: string | undefined;
  readonly persistent: number | undefined;
  readonly netmask: string | undefined;
  readonly ops: boolean;
  readonly reals: readonly Real[];
  /** The virtual's own or the global one of its family, port resolved. */
  readonly fallback: Fallback | undefined;
  readonly fallbackCommand: string | undefined;
  readonly checkType: CheckType;
  readonly service: CheckService;
  readonly checkCommand: string;
  readonly checkPort: number | undefined;
  /** Effective values (reference 2.6). */
  readonly checkTimeout: Millis;
  readonly negotiateTimeout: Millis;
  readonly checkInterval: Millis;
  readonly checkCount: number;
  readonly failureCount: number;
  /** With its leading slash. */
  readonly request: string;
  readonly receive: string;
  readonly virtualHost: string | undefined;
  readonly httpMethod: 'GET' | 'HEAD';
  readonly login: string;
  readonly password: string;
  readonly database: string;
  readonly secret: string;
  readonly quiescent: boolean;
  readonly cleanStop: boolean;
  readonly alert: Alert;
  readonly monitorFile: string | undefined;
  readonly serviceName: string | undefined;
  readonly comment: string | undefined;
  readonly at: Position;
}

/** The whole file. */
export interface DirectorConfig {
  readonly path: string;
  readonly virtuals: readonly Virtual[];
  readonly checkInterval: Millis;
  readonly autoReload: boolean;
  readonly callback: string | undefined;
  /** Begins with `/`: a file; otherwise a syslog facility. */
  readonly logfile: string;
  readonly execute: readonly Located<string>[];
  readonly supervised: boolean;
  readonly fork: boolean;
  readonly readdQuiescent: boolean;
  readonly emailAlertFrom: string | undefined;
  readonly maintenanceDirectory: string | undefined;
}
