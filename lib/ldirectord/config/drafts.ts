/** What has been read so far, before defaults: undefined means that the file does not say. */
import type { Located } from '../../config/diagnostic.js';
import type { Family, ForwardMethod, ServiceKey } from '../../ipvs/model.js';
import type { Alert, CheckService, CheckType, Real } from './model.js';
import type { Place, SourceLine } from './source.js';

/** A fallback line, before its host and port are looked up. */
export interface FallbackDraft {
  /** Empty: none was written, which means the local host. */
  readonly host: string;
  readonly port: string | undefined;
  readonly method: ForwardMethod;
  readonly line: SourceLine;
}

/** Directives that stand in both scopes. */
export interface CommonDraft {
  checkTimeout?: number;
  negotiateTimeout?: number;
  checkInterval?: number;
  checkCount?: number;
  failureCount?: number;
  quiescent?: boolean;
  cleanStop?: boolean;
  fallbackCommand?: string;
  alertTo?: string;
  alertFrequency?: number;
  alertStatuses?: Alert['statuses'];
  smtp?: string;
}

export interface GlobalDraft extends CommonDraft {
  autoReload?: boolean;
  callback?: string;
  logfile?: string;
  readonly execute: Located<string>[];
  supervised?: boolean;
  fork?: boolean;
  readdQuiescent?: boolean;
  emailAlertFrom?: string;
  maintenanceDirectory?: string;
  /** One per family, last one wins; already looked up. */
  readonly fallbacks: Partial<Record<Family, { readonly draft: FallbackDraft; readonly address: string }>>;
}

/** What stands behind `virtual=`. */
export type TargetDraft =
  | { readonly kind: 'address'; readonly host: string; readonly port: string }
  | { readonly kind: 'mark'; readonly mark: string };

export interface SectionDraft extends CommonDraft {
  readonly place: Place;
  readonly family: Family;
  /** undefined: the virtual line could not be read; the section is only read to find its mistakes. */
  readonly target: TargetDraft | undefined;
  protocol: 'tcp' | 'udp' | 'fwm';
  /** The last line of each directive. */
  readonly lines: Map<string, SourceLine>;
  readonly reals: { readonly line: SourceLine; readonly value: string }[];
  fallback?: FallbackDraft;
  /** Set when one of its directives stood at column 1. */
  unindented: boolean;
  scheduler?: string;
  flags?: string;
  persistent?: number;
  netmask?: string;
  ops?: boolean;
  checkType?: CheckType;
  service?: CheckService;
  checkCommand?: string;
  checkPort?: number;
  request?: string;
  receive?: string;
  virtualHost?: string;
  httpMethod?: 'GET' | 'HEAD';
  login?: string;
  password?: string;
  database?: string;
  secret?: string;
  monitorFile?: string;
  serviceName?: string;
  comment?: string;
  /** Where the check interval of this virtual stands, for the warning without fork=yes. */
  checkIntervalPlace?: Place;
}

/** A section after its addresses were resolved. */
export interface ResolvedSection {
  readonly draft: SectionDraft;
  readonly key: ServiceKey;
  readonly fallback: { readonly address: string; readonly port: number | undefined } | undefined;
  readonly reals: readonly Real[];
}
