/** Which mails are due: one for each change of a server, and reminders while a real server stays out (ldirectord reference 5.7). */
import { type Millis, millis } from '../../time.js';
import type { DaemonStatus, DirectorConfig, Virtual } from '../config/model.js';
import { realName, serviceId, serviceName } from '../names.js';

/** What has happened to a server in the table, as a mail tells it. */
export interface News {
  readonly virtualId: string;
  /** The log line, which is the subject. */
  readonly subject: string;
  /** The real server as configured; undefined: it is about a fallback. */
  readonly real: string | undefined;
  /** It gets no connections any more, so that reminders may follow. */
  readonly isOut: boolean;
}

/** A mail that is to be sent. */
export interface Mail {
  /** What it tells; undefined: it is a reminder. */
  readonly news: News | undefined;
  readonly to: string;
  readonly smtp: string | undefined;
  readonly from: string | undefined;
  /** Without the name of the service in front. */
  readonly subject: string;
  readonly status: DaemonStatus;
  readonly serviceName: string | undefined;
  readonly comment: string | undefined;
}

interface Reminder {
  readonly virtualId: string;
  readonly real: string;
  /** When its last mail was due. */
  readonly toldAt: Millis;
}

/** The real servers that are out and that somebody wants to be reminded of, by virtual and name. */
export type Alerts = ReadonlyMap<string, Reminder>;

export const NO_ALERTS: Alerts = new Map();

/** `news`: what a batch of changes has brought. `look`: time has passed. */
export type AlertEvent = { readonly kind: 'news'; readonly news: readonly News[] } | { readonly kind: 'look' };

/** The virtuals of a configuration by their identity, with the names of their reals. */
export type Virtuals = ReadonlyMap<string, { readonly virtual: Virtual; readonly reals: ReadonlySet<string> }>;

export const virtualsOf = ({ virtuals }: DirectorConfig): Virtuals =>
  new Map(
    virtuals.map((virtual) => [serviceId(virtual.key), { virtual, reals: new Set(virtual.reals.map(realName)) }]),
  );

/** In which the decision is made. */
export interface AlertScene {
  readonly virtuals: Virtuals;
  /** emailalertfrom. */
  readonly from: string | undefined;
  readonly status: DaemonStatus;
  readonly now: Millis;
}

export interface AlertStep {
  readonly alerts: Alerts;
  readonly mails: readonly Mail[];
}

const period = ({ alert }: Virtual): Millis => millis(alert.frequency * 1000);

/** Nobody has asked for this mail: no address, or not while the daemon is in this status. */
const mailOf = (
  virtual: Virtual,
  subject: string,
  news: News | undefined,
  { from, status }: AlertScene,
): readonly Mail[] => {
  const { alert, serviceName: name, comment } = virtual;
  if (alert.to === '' || !alert.statuses.includes(status)) return [];
  const { to, smtp } = alert;
  return [{ news, to, smtp, from, subject, status, serviceName: name, comment }];
};

/** All news at once: thousands of servers may fail together. */
const take = (alerts: Alerts, all: readonly News[], scene: AlertScene): AlertStep => {
  const next = new Map(alerts);
  const mails = all.flatMap((news) => {
    const { virtualId, subject, real, isOut } = news;
    const virtual = scene.virtuals.get(virtualId)?.virtual;
    if (virtual === undefined) return [];
    // It is remembered also when the status keeps its first mail back.
    if (real !== undefined && isOut && virtual.alert.frequency > 0)
      next.set(`${virtualId} ${real}`, { virtualId, real, toldAt: scene.now });
    else if (real !== undefined) next.delete(`${virtualId} ${real}`);
    return mailOf(virtual, subject, news, scene);
  });
  return { alerts: next, mails };
};

/** A reload may have dropped the server or its reminders: then it is forgotten. */
const remind = (alerts: Alerts, scene: AlertScene): AlertStep => {
  const next = new Map<string, Reminder>();
  const mails: Mail[] = [];
  for (const [name, reminder] of alerts) {
    const { virtualId, real, toldAt } = reminder;
    const found = scene.virtuals.get(virtualId);
    if (found === undefined || found.virtual.alert.frequency === 0 || !found.reals.has(real)) continue;
    const { virtual } = found;
    const isDue = scene.now - toldAt >= period(virtual);
    next.set(name, isDue ? { ...reminder, toldAt: scene.now } : reminder);
    if (!isDue) continue;
    const subject = `Inaccessible real server: ${real} (${serviceName(virtual.key)})`;
    mails.push(...mailOf(virtual, subject, undefined, scene));
  }
  return { alerts: next, mails };
};

export const stepAlerts = (alerts: Alerts, event: AlertEvent, scene: AlertScene): AlertStep => {
  switch (event.kind) {
    case 'news':
      return take(alerts, event.news, scene);
    case 'look':
      return remind(alerts, scene);
  }
};

/** When the next reminder is due; undefined: none is. */
export const nextLook = (alerts: Alerts, virtuals: Virtuals): Millis | undefined => {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { virtualId, toldAt } of alerts.values()) {
    const virtual = virtuals.get(virtualId)?.virtual;
    if (virtual !== undefined) earliest = Math.min(earliest, toldAt + period(virtual));
  }
  return earliest === Number.POSITIVE_INFINITY ? undefined : millis(earliest);
};
