/** One `vrrp_instance`: who has the addresses, and how the nodes hear each other. */
import type { Ledger } from '../ledger.js';
import { arg, argText, type Statement } from '../statement.js';
import { addressValue, deviceValue, positive, whole } from '../values.js';
import { type PlacedAddress, readAddress } from './address.js';
import { type Handlers, REPAIR, readBlock, wrongValue } from './read-block.js';

/** A script or process that an instance or a group of them looks at. */
export interface Tracked {
  readonly kind: 'script' | 'process';
  readonly name: string;
  readonly statement: Statement;
}

export interface Instance {
  readonly name: string;
  readonly statement: Statement;
  readonly device: string | undefined;
  readonly state: 'MASTER' | 'BACKUP' | undefined;
  readonly priority: number;
  readonly priorityStatement: Statement | undefined;
  readonly noPreempt: Statement | undefined;
  readonly preemptDelay: { readonly seconds: number; readonly statement: Statement } | undefined;
  readonly routerId: number;
  /** Seconds between two advertisements. */
  readonly interval: number;
  readonly intervalStatement: Statement | undefined;
  readonly peers: readonly {
    readonly address: string;
    readonly family: 'ipv4' | 'ipv6';
    readonly statement: Statement;
  }[];
  readonly secret: { readonly text: string; readonly statement: Statement } | undefined;
  readonly addresses: readonly PlacedAddress[];
  readonly tracked: readonly Tracked[];
  readonly mails: Statement | undefined;
  readonly sync: { readonly device: string; readonly statement: Statement } | undefined;
}

/** What VRRP takes where nothing is said. */
const DEFAULT_PRIORITY = 100;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The scripts or processes of a `track_…` block; weights are a matter of `scripts.ts`. */
export const readTracked = (kind: Tracked['kind'], { block = [] }: Statement): readonly Tracked[] =>
  block.map((statement) => ({ kind, name: statement.keyword, statement }));

const readSecret = (ledger: Ledger, draft: Mutable<Instance>, authentication: Statement): void =>
  readBlock(ledger, authentication.block ?? [], {
    auth_type: (statement) => {
      if (arg(statement, 0).toUpperCase() === 'AH')
        ledger.remark(
          'changed',
          statement,
          'IPsec headers; here every packet carries a digest made with the key of authkeys',
        );
    },
    auth_pass: (statement) => {
      const text = argText(statement);
      if (/^[\x21-\x7e]+$/.test(text)) draft.secret = { text, statement };
      else
        ledger.remark(
          'lost',
          statement,
          'a key of authkeys has no blanks and no letters outside of ASCII',
          'write another one into authkeys, the same on both nodes',
        );
    },
  });

const readPeer = (ledger: Ledger, draft: Mutable<Instance>, statement: Statement): void => {
  const address = addressValue(statement.keyword);
  if (address === undefined) {
    ledger.remark('lost', statement, `'${statement.keyword}' is not an address`, REPAIR);
    return;
  }
  ledger.carry(statement);
  draft.peers = [...draft.peers, { address: address.text, family: address.family, statement }];
};

/** What an instance has from the rest of the file. */
export interface InstanceDefaults {
  /** Of `default_interface`. */
  readonly device: string | undefined;
  /** What the whole file and an instance can both say. */
  readonly handlers: Handlers;
}

/** Reads the block. Whatever has no equivalent is in the ledger afterwards. */
export const readInstance = (ledger: Ledger, statement: Statement, defaults: InstanceDefaults): Instance => {
  const draft: Mutable<Instance> = {
    name: arg(statement, 0),
    statement,
    device: defaults.device,
    state: undefined,
    priority: DEFAULT_PRIORITY,
    priorityStatement: undefined,
    noPreempt: undefined,
    preemptDelay: undefined,
    routerId: 1,
    interval: 1,
    intervalStatement: undefined,
    peers: [],
    secret: undefined,
    addresses: [],
    tracked: [],
    mails: undefined,
    sync: undefined,
  };
  const addresses = (block: Statement): void => {
    for (const each of block.block ?? []) {
      const placed = readAddress(ledger, each, draft.device);
      if (placed !== undefined) draft.addresses = [...draft.addresses, placed];
    }
  };
  const track = (kind: Tracked['kind']) => (block: Statement) => {
    draft.tracked = [...draft.tracked, ...readTracked(kind, block)];
  };
  const handlers: Handlers = {
    ...defaults.handlers,
    interface: (each) => {
      draft.device = deviceValue(arg(each, 0));
      if (draft.device === undefined) wrongValue(ledger, each, 'the name of an interface');
    },
    state: (each) => {
      const state = arg(each, 0).toUpperCase();
      if (state === 'MASTER' || state === 'BACKUP') draft.state = state;
      else wrongValue(ledger, each, 'MASTER or BACKUP');
    },
    priority: (each) => {
      const priority = whole(arg(each, 0), 0, 255);
      if (priority === undefined) return wrongValue(ledger, each, 'a number from 1 to 255');
      draft.priority = priority;
      draft.priorityStatement = each;
    },
    virtual_router_id: (each) => {
      const id = whole(arg(each, 0), 1, 255);
      if (id === undefined) wrongValue(ledger, each, 'a number from 1 to 255');
      else draft.routerId = id;
    },
    advert_int: (each) => {
      const seconds = positive(arg(each, 0));
      if (seconds === undefined || seconds < 0.01 || seconds > 255)
        return wrongValue(ledger, each, 'a number of seconds');
      draft.interval = seconds;
      draft.intervalStatement = each;
    },
    nopreempt: (each) => {
      draft.noPreempt = each;
    },
    preempt: () => undefined,
    preempt_delay: (each) => {
      const seconds = positive(arg(each, 0));
      if (seconds === undefined) wrongValue(ledger, each, 'a number of seconds');
      else draft.preemptDelay = { seconds, statement: each };
    },
    authentication: (each) => readSecret(ledger, draft, each),
    unicast_peer: (each) => {
      for (const peer of each.block ?? []) readPeer(ledger, draft, peer);
    },
    virtual_ipaddress: addresses,
    virtual_ipaddress_excluded: addresses,
    track_script: track('script'),
    track_process: track('process'),
    smtp_alert: (each) => {
      if (!/^(off|false|no)$/i.test(arg(each, 0))) draft.mails = each;
    },
    lvs_sync_daemon_interface: (each) => {
      const device = deviceValue(arg(each, 0));
      if (device === undefined) wrongValue(ledger, each, 'the name of an interface');
      else draft.sync = { device, statement: each };
    },
  };
  // Where the addresses go depends on the interface, wherever it stands in the block.
  const block = statement.block ?? [];
  const isFirst = ({ keyword }: Statement): boolean => keyword === 'interface';
  readBlock(ledger, [...block.filter(isFirst), ...block.filter((each) => !isFirst(each))], handlers);
  return draft;
};
