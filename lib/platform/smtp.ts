/** Hands one message to an SMTP server, in plain text as mail between neighbours goes, under one deadline. */
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import type { Millis } from '../time.js';
import { errorText } from './error-text.js';
import { findProgram, run } from './exec.js';

export interface SmtpOrder {
  /** Name or address of the server. */
  readonly host: string;
  readonly port: number;
  /** What we call ourselves. */
  readonly greeting: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Lines end with a newline. */
  readonly message: string;
  /** For everything together, the name's look-up too. */
  readonly timeout: Millis;
}

/**
 * Loads now what `sendSmtp` loads at its first call: for a daemon, whose own files may be replaced by an upgrade long
 * before its first mail.
 */
export const prepareSmtp = async (): Promise<void> => {
  await import('nodemailer/lib/smtp-connection/index.js');
};

/** One line, whatever a server says. */
const inOneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();

const connected = (address: string, port: number, keep: (socket: Socket) => void): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    keep(socket);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });

/**
 * The address of a server by the system's own rules (/etc/hosts, search domains). A process, because the resolver would
 * block a thread of ours for as long as a name server is silent, also beyond our end.
 */
const addressOf = async (host: string, timeout: Millis): Promise<string> => {
  if (isIP(host) !== 0) return host;
  const getent = findProgram('getent');
  if (getent === undefined) return (await lookup(host)).address;
  const { code, stdout } = await run(getent, ['ahosts', host], { timeout, maxOutput: 4096 });
  const address = stdout.split(/\s/)[0] ?? '';
  if (code === 0 && isIP(address) !== 0) return address;
  throw new Error(`the name ${host} cannot be resolved`);
};

/** Resolves with why some or all recipients do not get it; rejects with what went wrong on the way. */
const converse = async (order: SmtpOrder, keep: (socket: Socket) => void): Promise<string | undefined> => {
  const { default: SmtpConnection } = await import('nodemailer/lib/smtp-connection/index.js');
  const address = await addressOf(order.host, order.timeout);
  const socket = await connected(address, order.port, keep);
  const connection = new SmtpConnection({
    connection: socket,
    host: address,
    name: order.greeting,
    secure: false,
    // Genuine speaks plain SMTP, and a relay of the own network often has a certificate that nobody can verify.
    ignoreTLS: true,
    connectionTimeout: order.timeout,
    greetingTimeout: order.timeout,
    socketTimeout: order.timeout,
  });
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(new Error('the server closed the connection')));
    connection.connect(() => {
      const envelope = {
        from: order.sender,
        to: [...order.recipients],
        use8BitMime: !/^[\x00-\x7f]*$/.test(order.message),
      };
      connection.send(envelope, order.message, (error, info) => {
        if (error !== null) return reject(error);
        connection.quit();
        const refused = info.rejectedErrors?.map(({ message }) => message) ?? [];
        resolve(refused.length === 0 ? undefined : refused.join('; '));
      });
    });
  });
};

/** Resolves with the reason when the mail could not be handed over (to everybody); never rejects. */
export const sendSmtp = async (order: SmtpOrder): Promise<string | undefined> => {
  let socket: Socket | undefined;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no end after ${order.timeout / 1000} s`), order.timeout);
  });
  const keep = (opened: Socket): void => {
    socket = opened;
    // It may have come too late; then nobody else would close it.
    if (isOver) opened.destroy();
    opened.on('error', () => {});
  };
  const conversation = converse(order, keep).catch((error: unknown) => errorText(error));
  const reason = await Promise.race([conversation, late]);
  isOver = true;
  clearTimeout(timer);
  // QUIT has gone out before, when all went well.
  socket?.destroySoon();
  if (reason !== undefined) socket?.destroy();
  return reason === undefined ? undefined : inOneLine(reason);
};
