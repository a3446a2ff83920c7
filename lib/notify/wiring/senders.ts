/** Wiring: hands a notification to a mail server, a program or a web service. Nothing here rejects or lasts for ever. */
import { hostname } from 'node:os';
import type { NotifyWay } from '../../config/notify.js';
import { smtpText } from '../../ldirectord/mail/letter.js';
import { now } from '../../platform/clock.js';
import { errorText } from '../../platform/error-text.js';
import { run } from '../../platform/exec.js';
import { failureText } from '../../platform/exec-failure.js';
import { sendSmtp } from '../../platform/smtp.js';
import { seconds } from '../../time.js';
import { type Digest, digestJson, digestSubject, digestText } from '../text.js';

/** For one notification. */
const TIMEOUT = seconds(20);

let sent = 0;

const mail = async (
  { to, from, smtp }: Extract<NotifyWay, { kind: 'mail' }>,
  digest: Digest,
): Promise<string | undefined> => {
  const [, host = 'localhost', port = '25'] = /^\[?(.*?)\]?:(\d+)$/.exec(smtp) ?? [];
  const sender = from ?? `root@${hostname()}`;
  sent += 1;
  const stamp = {
    ...{ sender, date: new Date(now().wall) },
    messageId: `${Math.floor(now().wall)}.${process.pid}.${sent}.ha-suite@${hostname()}`,
  };
  const letter = { to: to.join(', '), from: sender, subject: digestSubject(digest), body: digestText(digest) };
  return sendSmtp({
    ...{ host, port: Number(port), greeting: hostname(), sender, recipients: to, timeout: TIMEOUT },
    message: smtpText(letter, stamp),
  });
};

const program = async (argv: readonly string[], digest: Digest): Promise<string | undefined> => {
  const [path = '', ...args] = argv;
  const env = { ...process.env, HA_SUITE_SUBJECT: digestSubject(digest) } as Record<string, string>;
  const result = await run(path, args, { timeout: TIMEOUT, input: `${digestJson(digest)}\n`, env, maxOutput: 4096 });
  return result.code === 0 ? undefined : failureText(result, TIMEOUT);
};

const webhook = async (url: string, digest: Digest): Promise<string | undefined> => {
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', redirect: 'error', body: digestJson(digest), signal: AbortSignal.timeout(TIMEOUT) },
      headers: { 'content-type': 'application/json', 'user-agent': 'ha-suite' },
    });
    await response.body?.cancel();
    return response.ok ? undefined : `the service answers ${response.status}`;
  } catch (error) {
    // fetch says only that it failed; why stands below.
    return errorText(Reflect.get(Object(error), 'cause') ?? error);
  }
};

/** Sends; resolves with why it did not arrive. */
export const sendBy = (way: NotifyWay, digest: Digest): Promise<string | undefined> => {
  switch (way.kind) {
    case 'mail':
      return mail(way, digest);
    case 'command':
      return program(way.argv, digest);
    case 'webhook':
      return webhook(way.url, digest);
  }
};
