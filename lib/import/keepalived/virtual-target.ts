/** What a `virtual_server` stands for: an address with a port, a firewall mark, or all that a group names. */
import type { Ledger } from '../ledger.js';
import { arg, type Statement } from '../statement.js';
import { type AddressValue, addressValue, portValue, whole } from '../values.js';
import { REPAIR } from './read-block.js';

export type VirtualTarget =
  | { readonly kind: 'address'; readonly address: AddressValue; readonly port: number }
  | { readonly kind: 'mark'; readonly mark: number };

/** More services than this from one range of addresses are a mistake. */
const LARGEST_RANGE = 256;

/** The addresses of `10.0.0.1` or `10.0.0.1-20`; undefined when it is neither. */
const addressesOf = (text: string): readonly AddressValue[] | undefined => {
  const [, base = '', first = '', last] = /^(.*?)([0-9A-Fa-f]{1,4})(?:-([0-9A-Fa-f]{1,4}))?$/.exec(text) ?? [];
  if (last === undefined) {
    const address = addressValue(text);
    return address === undefined ? undefined : [address];
  }
  const radix = base.includes(':') ? 16 : 10;
  const [from, to] = [Number.parseInt(first, radix), Number.parseInt(last, radix)];
  if (!(from <= to) || to - from >= LARGEST_RANGE) return undefined;
  const found = Array.from({ length: to - from + 1 }, (_, index) =>
    addressValue(`${base}${(from + index).toString(radix)}`),
  );
  return found.every((address) => address !== undefined) ? found : undefined;
};

/** The targets of `ADDRESS PORT` or `fwmark N`; undefined when it is neither. */
const targetsOf = (words: readonly string[]): readonly VirtualTarget[] | undefined => {
  const [first = '', second = '0'] = words;
  if (first === 'fwmark') {
    const mark = whole(second, 1, 999_999_999);
    return mark === undefined ? undefined : [{ kind: 'mark', mark }];
  }
  const port = portValue(second);
  const addresses = addressesOf(first);
  return port === undefined ? undefined : addresses?.map((address) => ({ kind: 'address', address, port }));
};

const membersOf = (ledger: Ledger, group: Statement): readonly VirtualTarget[] =>
  (group.block ?? []).flatMap((member) => {
    const targets = targetsOf([member.keyword, ...member.args.map(({ value }) => value)]);
    if (targets === undefined)
      ledger.remark('lost', member, 'this is neither an address with a port nor a firewall mark', REPAIR);
    else ledger.carry(member);
    return targets ?? [];
  });

/** The targets of a `virtual_server`; none when it names no such thing, which is then reported. */
export const readTargets = (
  ledger: Ledger,
  statement: Statement,
  groups: readonly Statement[],
): readonly VirtualTarget[] => {
  const words = statement.args.map(({ value }) => value);
  if (words[0] !== 'group') {
    const targets = targetsOf(words);
    if (targets === undefined)
      ledger.remark(
        'lost',
        statement,
        `'${words.join(' ')}' is neither an address with a port nor a firewall mark`,
        REPAIR,
      );
    return targets ?? [];
  }
  const group = groups.find((one) => arg(one, 0) === words[1]);
  if (group === undefined) {
    ledger.remark('lost', statement, `there is no virtual_server_group ${words[1] ?? ''} in this file`, REPAIR);
    return [];
  }
  ledger.carry(group);
  return membersOf(ledger, group);
};
