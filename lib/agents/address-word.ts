/** The address that a word of haresources serves. */
import { resourceOf } from '../heartbeat/config/haresources.js';
import { parseAddressArgument } from './address-argument.js';
import { isAddress } from './announce-held.js';

/** As it is written; undefined: the resource is no address. For words that come from no file: a snapshot, an event. */
export const addressOfWord = (word: string): string | undefined => {
  const resource = resourceOf({ value: word, at: { file: '', line: 1, column: 1 } });
  return isAddress(resource) ? parseAddressArgument(resource.args.join('::')).address : undefined;
};
