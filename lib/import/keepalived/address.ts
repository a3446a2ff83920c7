/** An address of `virtual_ipaddress` as a resource of haresources. */
import type { Position } from '../../config/diagnostic.js';
import type { Ledger } from '../ledger.js';
import type { Statement } from '../statement.js';
import { type AddressValue, addressValue, deviceValue, prefixedAddress } from '../values.js';
import { REPAIR } from './read-block.js';

export interface PlacedAddress {
  readonly address: AddressValue;
  /** The word of haresources. */
  readonly word: string;
  readonly from: Position;
}

/** Options of an address that take a value, and those that stand alone. */
const WITH_VALUE = new Set([
  'dev',
  'brd',
  'broadcast',
  'label',
  'scope',
  'track_group',
  'preferred_lft',
  'peer',
  'metric',
]);

const optionsOf = (words: readonly string[]): ReadonlyMap<string, string> => {
  const options = new Map<string, string>();
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift())
    options.set(word === 'broadcast' ? 'brd' : word, WITH_VALUE.has(word) ? (queue.shift() ?? '') : '');
  return options;
};

const bad = (ledger: Ledger, statement: Statement, what: string): undefined => {
  ledger.remark('lost', statement, what, REPAIR);
  return undefined;
};

/** The label behind `eth0:`; undefined where there is none or it is not one of that interface. */
const labelOf = (label: string | undefined, device: string): string | undefined =>
  label?.startsWith(`${device}:`) && label.length <= 15 && /^[\w.-]+$/.test(label.slice(device.length + 1))
    ? label.slice(device.length + 1)
    : undefined;

/**
 * Reads `ADDRESS[/PREFIX] [dev INTERFACE] [label LABEL] [brd ADDRESS] …`; `device` is that of the instance. Undefined when it is
 * no address, which is then reported.
 */
export const readAddress = (
  ledger: Ledger,
  statement: Statement,
  device: string | undefined,
): PlacedAddress | undefined => {
  ledger.carry(statement);
  const read = prefixedAddress(statement.keyword);
  if (read === undefined)
    return bad(ledger, statement, `'${statement.keyword}' is not an address with a prefix length`);
  const { address, prefix } = read;
  const options = optionsOf(statement.args.map(({ value }) => value));
  const named = options.get('dev');
  if (named !== undefined && deviceValue(named) === undefined)
    return bad(ledger, statement, `'${named}' is not the name of an interface`);
  const agent = address.family === 'ipv4' ? 'IPaddr2' : 'IPv6addr';
  const done = (word: string): PlacedAddress => ({ address, word: `${agent}::${word}`, from: statement.at });
  const differences = [...options.keys()].filter((option) => !['dev', 'brd', 'label'].includes(option));
  const place = named ?? device;
  // An address of the link is nothing without its interface.
  const needsPlace = named !== undefined || /^fe[89ab]/.test(address.text);
  if ((prefix === undefined && !needsPlace) || place === undefined) {
    ledger.remark(
      'changed',
      statement,
      `keepalived takes the whole address (/${address.family === 'ipv4' ? 32 : 128}) here; ${agent} looks for the interface and the prefix of the machine's own address in that network`,
      'where the machine has none in it, write prefix and interface behind the address in haresources',
    );
    return done(address.full);
  }
  const bits = prefix ?? (address.family === 'ipv4' ? 32 : 128);
  const label = labelOf(options.get('label'), place);
  if (options.has('label') && (label === undefined || address.family === 'ipv6')) differences.push('label');
  const broadcast = options.get('brd');
  const usable = broadcast === '+' || broadcast === '-' || addressValue(broadcast ?? '')?.family === 'ipv4';
  if (broadcast !== undefined && !usable) differences.push('brd');
  if (differences.length > 0)
    ledger.remark('changed', statement, `the agent ${agent} knows no ${differences.join(', ')}, which is left out`);
  if (address.family === 'ipv6') return done(`${address.full}/${bits}/${place}`);
  const tail = broadcast !== undefined && usable ? `/${broadcast}` : '';
  return done(`${address.full}/${bits}/${place}${label === undefined ? '' : `:${label}`}${tail}`);
};
