/** `global_defs`: whom mails go to, how addresses are announced, and what else counts for the whole file. */
import type { Ledger } from '../ledger.js';
import type { Line } from '../plan.js';
import { arg, argText, type Statement } from '../statement.js';
import { addressValue, deviceValue, durationText, mailValue, nameValue, positive, whole } from '../values.js';
import type { Synchronisation } from './cluster.js';
import { type Handlers, readBlock, wrongValue } from './read-block.js';

export interface Globals {
  readonly mails: { readonly addresses: readonly string[]; readonly statement: Statement } | undefined;
  readonly sender: { readonly address: string; readonly statement: Statement } | undefined;
  readonly mailServer: { readonly host: string; readonly statement: Statement } | undefined;
  readonly alwaysMail: Statement | undefined;
  readonly device: string | undefined;
  /** Milliseconds. */
  readonly startDelay: number | undefined;
  readonly synchronisation: Synchronisation | undefined;
}

/** Keys of `[announce]`, and what keepalived calls them; the first one that is said counts. */
export const announceHandlers = (ledger: Ledger, announce: Map<string, Line>): Handlers => {
  const set = (key: string, value: string | undefined, what: string) => (statement: Statement) => {
    if (value === undefined) return wrongValue(ledger, statement, what);
    const text = `${key} = ${value}`;
    const earlier = announce.get(key);
    if (earlier === undefined) announce.set(key, { text, from: statement.at });
    else if (earlier.text !== text)
      ledger.remark('changed', statement, `announcements are the same for all addresses: '${earlier.text}' counts`);
  };
  const number = (statement: Statement): void => {
    const value = whole(arg(statement, 0), 1, 100);
    set('count', value === undefined ? undefined : String(value), 'a number from 1 to 100')(statement);
  };
  const time = (key: string, least: number) => (statement: Statement) => {
    const value = positive(arg(statement, 0));
    const milliseconds = value === undefined ? undefined : Math.max(least, Math.round(value * 1000));
    set(key, milliseconds === undefined ? undefined : durationText(milliseconds), 'a number of seconds')(statement);
  };
  return {
    garp_master_repeat: number,
    vrrp_garp_master_repeat: number,
    garp_master_refresh: time('refresh', 0),
    vrrp_garp_master_refresh: time('refresh', 0),
    garp_interval: time('interval', 1),
    vrrp_garp_interval: time('interval', 1),
  };
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const readMails = (ledger: Ledger, globals: Mutable<Globals>, statement: Statement): void => {
  const written = (statement.block ?? []).flatMap((line) => {
    ledger.carry(line);
    return [line.keyword, ...line.args.map(({ value }) => value)].flatMap((word) => {
      const address = mailValue(word);
      if (address === undefined)
        ledger.remark('lost', line, `'${word}' is not a mail address`, 'write it into the files by hand');
      return address ?? [];
    });
  });
  globals.mails = { addresses: [...new Set([...(globals.mails?.addresses ?? []), ...written])], statement };
};

const readMailServer = (ledger: Ledger, globals: Mutable<Globals>, statement: Statement): void => {
  const [, named = arg(statement, 0), glued] = /^([^:]+):(\d+)$/.exec(arg(statement, 0)) ?? [];
  const port = glued ?? (statement.args.length > 1 ? arg(statement, 1) : '25');
  // The directive smtp takes names and IPv4 addresses only.
  if (nameValue(named) === undefined || addressValue(named)?.family === 'ipv6') {
    wrongValue(ledger, statement, 'the name or IPv4 address of a mail server');
    return;
  }
  globals.mailServer = { host: named, statement };
  if (port !== '25')
    ledger.remark(
      'changed',
      statement,
      'ldirectord speaks to the mail server on port 25',
      'let that one forward what comes there',
    );
};

const readSynchronisation = (ledger: Ledger, globals: Mutable<Globals>, statement: Statement): void => {
  const device = deviceValue(arg(statement, 0));
  if (device === undefined) {
    wrongValue(ledger, statement, 'the name of an interface');
    return;
  }
  const words = statement.args.map(({ value }) => value);
  const id = words[words.indexOf('id') + 1];
  const isId = words.includes('id') && whole(id ?? '', 0, 255) !== undefined;
  const [, second = 'id'] = words;
  globals.synchronisation = {
    device,
    id: isId ? id : undefined,
    instance: second === 'id' ? undefined : second,
    statement,
  };
};

/** Reads all blocks of that name. */
export const readGlobals = (ledger: Ledger, blocks: readonly Statement[], announce: Map<string, Line>): Globals => {
  const globals: Mutable<Globals> = {
    mails: undefined,
    sender: undefined,
    mailServer: undefined,
    alwaysMail: undefined,
    device: undefined,
    startDelay: undefined,
    synchronisation: undefined,
  };
  const handlers: Handlers = {
    ...announceHandlers(ledger, announce),
    notification_email: (statement) => readMails(ledger, globals, statement),
    notification_email_from: (statement) => {
      const address = mailValue(arg(statement, 0));
      if (address === undefined) wrongValue(ledger, statement, 'a mail address');
      else globals.sender = { address, statement };
    },
    smtp_server: (statement) => readMailServer(ledger, globals, statement),
    smtp_alert: (statement) => {
      if (!/^(off|false|no)$/i.test(argText(statement))) globals.alwaysMail = statement;
    },
    no_email_faults: (statement) => ledger.remark('needless', statement, 'there are no mails about faults here'),
    default_interface: (statement) => {
      globals.device = deviceValue(arg(statement, 0));
      if (globals.device === undefined) wrongValue(ledger, statement, 'the name of an interface');
    },
    vrrp_startup_delay: (statement) => {
      const seconds = positive(arg(statement, 0));
      if (seconds === undefined || seconds > 1200) wrongValue(ledger, statement, 'a number of seconds');
      else globals.startDelay = Math.round(seconds * 1000);
    },
    lvs_sync_daemon: (statement) => readSynchronisation(ledger, globals, statement),
  };
  for (const block of blocks) readBlock(ledger, block.block ?? [], handlers);
  return globals;
};
