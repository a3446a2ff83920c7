/** Wiring: alerts by mail, through sendmail or an SMTP server, without anything ever waiting for them. */
import { hostname, userInfo } from 'node:os';
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { run } from '../../platform/exec.js';
import { failureText } from '../../platform/exec-failure.js';
import { isExecutableFile } from '../../platform/executable.js';
import { prepareSmtp, sendSmtp } from '../../platform/smtp.js';
import { seconds } from '../../time.js';
import type { DaemonStatus, DirectorConfig } from '../config/model.js';
import {
  type AlertEvent,
  type Mail,
  NO_ALERTS,
  nextLook,
  stepAlerts,
  type Virtuals,
  virtualsOf,
} from '../mail/alerts.js';
import { letterFor, sendmailText, smtpText } from '../mail/letter.js';
import { recipientsOf } from '../mail/recipients.js';
import type { PlannedChange } from '../plan.js';
import { createMailQueue } from './mail-queue.js';

/** Where genuine finds the program (ldirectord reference 5.7). */
const SENDMAIL = ['/usr/sbin/sendmail', '/usr/lib/sendmail'];
const SMTP_PORT = 25;
/** The name genuine greets a server with. */
const GREETING = 'localhost.localdomain';
/** For one mail; genuine stands still as long as the server likes. */
const TIMEOUT = seconds(15);
/** How long the end of the daemon waits for mails that are under way. */
const FAREWELL = seconds(5);

/** An account may have no name. */
const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.() ?? 'ldirectord');
  }
};

let sent = 0;

const viaSmtp = async (mail: Mail, host: string): Promise<string | undefined> => {
  const sender = `${userName()}@${hostname()}`;
  const recipients = recipientsOf(mail.to);
  const { wall } = now();
  sent += 1;
  const messageId = `${Math.floor(wall)}.${process.pid}.${sent}.ldirectord@${hostname()}`;
  const message = smtpText(letterFor(mail, hostname()), { sender, date: new Date(wall), messageId });
  const order = { host, port: SMTP_PORT, greeting: GREETING, sender, recipients, message, timeout: TIMEOUT };
  const reason = recipients.length === 0 ? `no address in '${mail.to}'` : await sendSmtp(order);
  return reason === undefined ? undefined : `failed to send SMTP email message: ${reason} (${host}: ${mail.subject})`;
};

const viaSendmail = async (mail: Mail, program: string): Promise<string | undefined> => {
  const input = sendmailText(letterFor(mail, hostname()));
  const result = await run(program, ['-t'], { timeout: TIMEOUT, input, maxOutput: 4096 });
  if (result.code === 0) return undefined;
  return `failed to send email message: ${failureText(result, TIMEOUT)} (${program}: ${mail.subject})`;
};

/** The longest time that a timer can wait (2^31 - 1 ms); then it looks once more. */
const LONGEST_TIMER = 2_147_483_647;

export interface AlertsOptions {
  readonly status: () => DaemonStatus;
  readonly log: Log;
}

export interface Alerter {
  /** Loads what a configuration will need. */
  readonly prepare: (next: DirectorConfig) => Promise<void>;
  /** A configuration is in force: addresses and the times between reminders may have changed. */
  readonly follow: (config: DirectorConfig) => void;
  /** Logs changes that were made, and sends the mails about them. */
  readonly tell: (changes: readonly PlannedChange[]) => void;
  /** Sends what still waits; to be called once, at the end. */
  readonly finish: () => Promise<void>;
}

export const createAlerter = ({ status, log }: AlertsOptions): Alerter => {
  const queue = createMailQueue(log);
  let alerts = NO_ALERTS;
  let virtuals: Virtuals = new Map();
  let from: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const send = (mail: Mail): void => {
    log('info', `emailalert: ${mail.subject}`);
    const program = mail.smtp === undefined ? SENDMAIL.find(isExecutableFile) : undefined;
    if (program === undefined) {
      const host = mail.smtp ?? 'localhost';
      queue.post(`smtp ${host}`, () => viaSmtp(mail, host));
    } else queue.post('sendmail', () => viaSendmail(mail, program));
  };
  const take = (event: AlertEvent): readonly Mail[] => {
    const step = stepAlerts(alerts, event, { virtuals, from, status: status(), now: now().mono });
    alerts = step.alerts;
    arm();
    return step.mails;
  };
  const look = (): void => {
    for (const mail of take({ kind: 'look' })) send(mail);
  };
  const arm = (): void => {
    clearTimeout(timer);
    const next = nextLook(alerts, virtuals);
    const wait = next === undefined ? undefined : Math.min(Math.max(0, next - now().mono), LONGEST_TIMER);
    timer = wait === undefined ? undefined : setTimeout(look, wait);
  };

  return {
    prepare: async (next) => {
      const needsServer = !SENDMAIL.some(isExecutableFile);
      const usesSmtp = next.virtuals.some(({ alert }) => alert.to !== '' && (needsServer || alert.smtp !== undefined));
      if (usesSmtp) await prepareSmtp();
    },
    follow: (config) => {
      virtuals = virtualsOf(config);
      from = config.emailAlertFrom;
      look();
    },
    tell: (changes) => {
      const mails = take({ kind: 'news', news: changes.flatMap(({ news }) => news ?? []) });
      let next = 0;
      for (const { message, news } of changes) {
        log('info', message);
        const mail = mails[next];
        // The mail's own line follows the one it is about.
        if (mail === undefined || mail.news !== news) continue;
        send(mail);
        next += 1;
      }
    },
    finish: async () => {
      clearTimeout(timer);
      alerts = NO_ALERTS;
      const left = await queue.drained(FAREWELL);
      if (left > 0) log('ERROR', `${left} mails were not sent before the end`);
    },
  };
};
