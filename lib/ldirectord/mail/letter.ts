/** The text of an alert, as sendmail and as an SMTP server get it (ldirectord reference 5.7). */
import type { Mail } from './alerts.js';

/** A mail in words. */
export interface Letter {
  readonly to: string;
  readonly from: string | undefined;
  readonly subject: string;
  /** Lines end with a newline. */
  readonly body: string;
}

/** `host`: the name of this machine. */
export const letterFor = (mail: Mail, host: string): Letter => {
  const { to, from, serviceName = '', comment = '' } = mail;
  const subject = `${serviceName === '' ? '' : `[${serviceName}] `}${mail.subject}`;
  const details =
    (serviceName === '' ? '' : `Service name: ${serviceName}\n`) + (comment === '' ? '' : `Comment: ${comment}\n`);
  const body =
    `ldirectord host: ${host}\nLog-Message: ${subject}\nDaemon-Status: ${mail.status}\n` +
    (details === '' ? '' : `\n${details}\n`);
  return { to, from, subject, body };
};

const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** Nothing that a configuration says may begin a header of its own. */
const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();

/** Bytes of text in one encoded word, so that it stays below its 75 characters. */
const WORD_BYTES = 42;

/** Text beyond ASCII as encoded words (RFC 2047), each on its own folded line. */
const encodedWords = (text: string): string => {
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    if (Buffer.byteLength(word + char) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\n ');
};

const header = (name: string, value: string): string => {
  const text = oneLine(value);
  return `${name}: ${name === 'Subject' && !isAscii(text) ? encodedWords(text) : text}\n`;
};

/** Only a text beyond ASCII has to say what it is. */
const typeHeaders = (body: string): string =>
  isAscii(body) ? '' : 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n';

/** Control characters of a comment that would mean something on the way. */
const cleanBody = (body: string): string => body.replace(/[\x00-\x09\x0b-\x1f\x7f]/g, ' ');

/** What `sendmail -t` reads: it adds date, identification and sender by itself. */
export const sendmailText = ({ to, from, subject, body }: Letter): string =>
  header('To', to) +
  header('Subject', subject) +
  (from === undefined ? '' : header('From', from)) +
  `${typeHeaders(body)}\n${cleanBody(body)}`;

/** What only the one who hands a mail to a server can say. */
export interface Stamp {
  /** `root@director`, which also stands for a missing emailalertfrom. */
  readonly sender: string;
  readonly date: Date;
  /** Without angle brackets. */
  readonly messageId: string;
}

/** A complete message with newlines as line ends; genuine leaves out date and identification (reference 7, no. 17). */
export const smtpText = ({ to, from, subject, body }: Letter, { sender, date, messageId }: Stamp): string =>
  header('From', from ?? sender) +
  header('To', to) +
  header('Subject', subject) +
  header('Date', date.toUTCString().replace('GMT', '+0000')) +
  header('Message-ID', `<${messageId}>`) +
  `${typeHeaders(body)}\n${cleanBody(body)}`;
