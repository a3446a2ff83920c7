/** A `real_server` with its weight, its thresholds and its check. */
import type { ForwardMethod } from '../../ipvs/model.js';
import type { Ledger } from '../ledger.js';
import { arg, type Statement } from '../statement.js';
import { type AddressValue, addressValue, portValue, whole } from '../values.js';
import { CHECKERS, type Check, type CheckContext, readCheck } from './checker.js';
import { type Handlers, REPAIR, readBlock, wrongValue } from './read-block.js';

export interface RealServer {
  readonly statement: Statement;
  readonly address: AddressValue;
  /** 0: that of the virtual service. */
  readonly port: number;
  readonly method: ForwardMethod;
  readonly weight: number;
  readonly upper: number | undefined;
  readonly lower: number | undefined;
  /** It stays in the table with weight 0 while it is down. */
  readonly quiescent: Statement | undefined;
  readonly check: Check | undefined;
}

/** The method in the words of ldirectord.cf; undefined: there is no such method. */
export const methodValue = (kind: string): ForwardMethod | undefined => {
  switch (kind.toUpperCase()) {
    case 'NAT':
      return 'masq';
    case 'DR':
      return 'gate';
    case 'TUN':
      return 'ipip';
    default:
      return undefined;
  }
};

const MAX_WEIGHT = 65_535;

export interface RealContext {
  readonly ledger: Ledger;
  readonly protocol: CheckContext['protocol'];
  readonly method: ForwardMethod;
  readonly family: AddressValue['family'] | undefined;
}

/** Reads the block; undefined when it names no server that ldirectord could use, which is then reported. */
export const readReal = (context: RealContext, statement: Statement): RealServer | undefined => {
  const { ledger } = context;
  const address = addressValue(arg(statement, 0));
  const port = portValue(statement.args[1] === undefined ? '0' : arg(statement, 1));
  if (address === undefined || port === undefined) {
    ledger.remark('lost', statement, 'a server is an address with a port', REPAIR);
    return undefined;
  }
  if (context.family !== undefined && address.family !== context.family) {
    ledger.remark(
      'lost',
      statement,
      'a server of the other address family',
      'ldirectord has one family in a service; give the server an address of it',
    );
    return undefined;
  }
  ledger.carry(statement);
  let { method } = context;
  let weight = 1;
  let [upper, lower]: (number | undefined)[] = [];
  let quiescent: Statement | undefined;
  let check: Check | undefined;
  const number = (then: (value: number) => void) => (each: Statement) => {
    const value = whole(arg(each, 0), 0, MAX_WEIGHT);
    if (value === undefined) wrongValue(ledger, each, `a number from 0 to ${MAX_WEIGHT}`);
    else then(value);
  };
  const handlers: Handlers = {
    weight: number((value) => {
      weight = value;
    }),
    uthreshold: number((value) => {
      upper = value;
    }),
    lthreshold: number((value) => {
      lower = value;
    }),
    inhibit_on_failure: (each) => {
      quiescent = each;
    },
    lvs_method: (each) => {
      const read = methodValue(arg(each, 0));
      if (read === undefined) wrongValue(ledger, each, 'NAT, DR or TUN');
      else method = read;
    },
    virtualhost: (each) =>
      ledger.remark(
        'lost',
        each,
        'a host name for this server alone',
        'all servers of a service have the same virtualhost',
      ),
    smtp_alert: (each) =>
      ledger.remark('needless', each, 'ldirectord sends a mail for every change, as emailalert says'),
  };
  readBlock(ledger, statement.block ?? [], handlers);
  for (const each of (statement.block ?? []).filter(({ keyword }) => CHECKERS.has(keyword))) {
    if (check !== undefined)
      ledger.remark(
        'lost',
        each,
        'a second check; ldirectord has one for each server',
        'let one check tell that all is well',
      );
    else check = readCheck({ ledger, protocol: context.protocol, address: address.text }, each);
  }
  return { statement, address, port, method, weight, upper, lower, quiescent, check };
};
