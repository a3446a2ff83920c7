/** `[notify NAME]` of ha-suite.ini: who is told of what has happened, by which way, and how often at most. */
import { type Millis, seconds } from '../time.js';
import type { Finding, Word } from './source.js';
import { choice, command, duration, type NamedSection, type Read, type Reader, type ValuesOf } from './suite-values.js';

/** By which way somebody is told. */
export type NotifyWay =
  | { readonly kind: 'mail'; readonly to: readonly string[]; readonly from: string | undefined; readonly smtp: string }
  /** Absolute path and arguments, split at blanks; no shell. The events come on standard input. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  /** An absolute http or https URL that takes a POST. */
  | { readonly kind: 'webhook'; readonly url: string };

export interface NotifyConfig {
  readonly name: string;
  readonly way: NotifyWay;
  /** `trouble`: what is bad, and what ends it; `all`: everything; else these types of events. */
  readonly of: 'trouble' | 'all' | readonly string[];
  /** So long the first event waits for those that belong to it. */
  readonly gather: Millis;
  /** Least time between two notifications. */
  readonly every: Millis;
}

const DEFAULTS = { smtp: 'localhost:25', of: 'trouble', gather: seconds(2), every: seconds(60) } as const;

const wrong = (message: string): Read<never> => ({ ok: false, message });

/** Addresses of mail, separated by commas. */
const recipients: Reader<readonly string[]> = (text) => {
  const all = text.split(/\s*,\s*/);
  return all.every((one) => /^[^\s@,<>]+@[^\s@,<>]+$|^[\w.-]+$/.test(one))
    ? { ok: true, value: all }
    : wrong('is one mail address, or several with commas between them');
};

const sender: Reader<string> = (text) =>
  /^[^\s@,<>]+@[^\s@,<>]+$/.test(text) ? { ok: true, value: text } : wrong('is one mail address');

/** A mail server, with or without its port. */
const server: Reader<string> = (text) => {
  const [, , port] = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [text];
  const isName = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?$/.test(text);
  return isName && Number(port ?? 25) >= 1 && Number(port ?? 25) <= 65_535
    ? { ok: true, value: port === undefined ? `${text}:25` : text }
    : wrong('is a mail server, e.g. mail.example.com or 127.0.0.1:2525');
};

const address: Reader<string> = (text) =>
  /^https?:\/\/[^\s/]+(\/\S*)?$/.test(text) && URL.canParse(text)
    ? { ok: true, value: text }
    : wrong('is a URL that begins with http:// or https://');

const TYPES = [
  ...['daemon', 'node', 'link', 'holding', 'standby', 'late', 'health', 'job', 'resource', 'announcement'],
  ...['address', 'check', 'table', 'config'],
] as const;

/** `trouble`, `all`, or types of events with commas between them. */
const subject: Reader<NotifyConfig['of']> = (text) => {
  if (text === 'trouble' || text === 'all') return { ok: true, value: text };
  const value: string[] = [];
  for (const word of text.split(/\s*,\s*/)) {
    const read = choice([...TYPES, 'trouble', 'all'])(word);
    if (!read.ok) return { ...read, message: `${word || 'nothing'}: ${read.message}` };
    value.push(read.value);
  }
  return { ok: true, value };
};

/** Readers by key. */
export const NOTIFY_KEYS = {
  mail: recipients,
  from: sender,
  smtp: server,
  command,
  webhook: address,
  of: subject,
  gather: duration(0),
  every: duration(0),
} as const satisfies Readonly<Record<string, Reader<unknown>>>;

type Values = ValuesOf<typeof NOTIFY_KEYS>;

const WAYS = ['mail', 'command', 'webhook'] as const;

const wayOf = ({ mail, from, smtp = DEFAULTS.smtp, command: argv, webhook }: Values): NotifyWay | undefined => {
  if (mail !== undefined) return { kind: 'mail', to: mail, from, smtp };
  if (argv !== undefined) return { kind: 'command', argv };
  return webhook === undefined ? undefined : { kind: 'webhook', url: webhook };
};

/** What the section asks for; undefined when it does not say by which way, or says two, which is then reported. */
export const notifyOf = (
  section: NamedSection,
  complain: (under: Word, finding: Finding) => void,
): NotifyConfig | undefined => {
  const [first, second] = WAYS.filter((way) => section.keys.has(way)).map((way) => section.keys.get(way));
  if (first === undefined) {
    const message = `notify ${section.name} has none of ${WAYS.join(', ')}: nobody is told`;
    complain(section.head, { code: 'ha-suite.ini/no-way', message });
    return undefined;
  }
  if (second !== undefined) {
    const message = `notify ${section.name} has two ways: make a second [notify] section of ${second.value}`;
    complain(second, { code: 'ha-suite.ini/two-ways', message });
  }
  const values = Object.fromEntries(section.values) as Values;
  for (const key of ['from', 'smtp']) {
    const word = section.keys.get(key);
    if (word !== undefined && !section.keys.has('mail'))
      complain(word, { code: 'ha-suite.ini/stray-key', message: `${key} belongs to a notify with mail` });
  }
  const way = wayOf(values);
  if (way === undefined) return undefined;
  const { of, gather, every } = { ...DEFAULTS, ...values };
  return { name: section.name, way, of, gather, every };
};
