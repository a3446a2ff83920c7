/** The LDAP messages of the check: bind, a search for one entry, and what servers answer (RFC 4511). */
import { BOOLEAN, ENUMERATED, element, elements, integer, integerOf, OCTET_STRING, readHead, SEQUENCE } from './ber.js';

const BIND_REQUEST = 0x60;
const BIND_RESPONSE = 0x61;
const SEARCH_REQUEST = 0x63;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const UNBIND_REQUEST = 0x42;
const SIMPLE = 0x80;
const PRESENT = 0x87;

const VERSION = 3;
const SCOPE_BASE = 0;
const NEVER_DEREFERENCE = 0;

/** "No attributes" (RFC 4511 4.5.1.8): whether the entry is there and its name are all that counts. */
const NO_ATTRIBUTES = '1.1';

/** Far more than an answer without attributes can need, in bytes. */
const LONGEST_MESSAGE = 0x10000;

const envelope = (id: number, operation: Buffer): Buffer => element(SEQUENCE, integer(id), operation);
const octets = (value: Uint8Array): Buffer => element(OCTET_STRING, value);

/** A simple bind; with an empty name and password an anonymous one. */
export const bindRequest = (id: number, name: Uint8Array, password: Uint8Array): Buffer =>
  envelope(id, element(BIND_REQUEST, integer(VERSION), octets(name), element(SIMPLE, password)));

/** A search for the entry `base` itself, whatever it is. */
export const searchRequest = (id: number, base: Uint8Array): Buffer =>
  envelope(
    id,
    element(
      SEARCH_REQUEST,
      octets(base),
      integer(SCOPE_BASE, ENUMERATED),
      integer(NEVER_DEREFERENCE, ENUMERATED),
      // No limits of size and time.
      integer(0),
      integer(0),
      element(BOOLEAN, Buffer.from([0])),
      element(PRESENT, Buffer.from('objectClass')),
      element(SEQUENCE, octets(Buffer.from(NO_ATTRIBUTES))),
    ),
  );

export const unbindRequest = (id: number): Buffer => envelope(id, element(UNBIND_REQUEST));

/** What a server says; anything else, such as a referral to another server, is `other`. */
export type LdapMessage =
  | { readonly kind: 'bound' | 'done'; readonly id: number; readonly code: number }
  | { readonly kind: 'entry'; readonly id: number /** One character per byte. */; readonly name: string }
  | { readonly kind: 'other'; readonly id: number };

const messageOf = (content: Buffer): LdapMessage | undefined => {
  const [idElement, operation] = elements(content) ?? [];
  const id = idElement === undefined ? undefined : integerOf(idElement.content);
  if (id === undefined || operation === undefined) return undefined;
  switch (operation.tag) {
    case BIND_RESPONSE:
    case SEARCH_DONE: {
      const [result] = elements(operation.content) ?? [];
      const code = result?.tag === ENUMERATED ? integerOf(result.content) : undefined;
      return code === undefined ? undefined : { kind: operation.tag === BIND_RESPONSE ? 'bound' : 'done', id, code };
    }
    case SEARCH_ENTRY: {
      const [name] = elements(operation.content) ?? [];
      return name?.tag === OCTET_STRING ? { kind: 'entry', id, name: name.content.toString('latin1') } : undefined;
    }
    default:
      return { kind: 'other', id };
  }
};

/** Takes bytes as they come; answers the messages that are complete, or `broken` for what is no LDAP. */
export type LdapReader = (chunk: Buffer) => readonly LdapMessage[] | 'broken';

/** Keeps at most one message of {@link LONGEST_MESSAGE} bytes; a longer one is broken as soon as its head is seen. */
export const createReader = (): LdapReader => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const messages: LdapMessage[] = [];
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length > 0) {
      const head = readHead(rest, 0);
      if (rest[0] !== SEQUENCE || head.kind === 'broken') return 'broken';
      if (head.kind === 'short') break;
      if (head.length > LONGEST_MESSAGE) return 'broken';
      const end = head.start + head.length;
      if (rest.length < end) break;
      const message = messageOf(rest.subarray(head.start, end));
      if (message === undefined) return 'broken';
      messages.push(message);
      rest = rest.subarray(end);
    }
    return messages;
  };
};
