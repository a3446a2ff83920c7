/** Scripted servers of the protocols that speak in packets: dns, ldap, radius. */
import { createHash } from 'node:crypto';
import dnsPacket, { type Answer } from 'dns-packet';
import {
  ENUMERATED,
  element,
  elements,
  integer,
  OCTET_STRING,
  SEQUENCE,
} from '../../../lib/ldirectord/checks/ldap/ber.js';
import type { ServerScript } from './scenario.js';

/** One answer to one request; undefined: silence. */
export type Responder = (request: Buffer) => Buffer | undefined;

const isKnown = (type: string): type is 'A' | 'PTR' => type === 'A' || type === 'PTR';

/** Answers from `zone`, whose keys are `name/TYPE`; a name that is not there does not exist. */
const dnsResponder =
  ({ zone = {} }: ServerScript): Responder =>
  (request) => {
    const { id, questions = [] } = dnsPacket.decode(request);
    const [question] = questions;
    if (question === undefined || !isKnown(question.type)) return undefined;
    const { name, type } = question;
    const answers = (zone[`${name}/${type}`] ?? []).map((data): Answer => ({ type, name, ttl: 60, data }));
    const NXDOMAIN = 3;
    const flags = dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (answers.length === 0 ? NXDOMAIN : 0);
    return dnsPacket.encode({ type: 'response', id: id ?? 0, flags, questions, answers });
  };

/** Over TCP each message has its length in front; the checks send a request in one piece. */
const framed =
  (respond: Responder): Responder =>
  (request) => {
    const answer = respond(request.subarray(2));
    if (answer === undefined) return undefined;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length);
    return Buffer.concat([length, answer]);
  };

const BIND = 0x60;
const SEARCH = 0x63;

const octets = (text: string): Buffer => element(OCTET_STRING, Buffer.from(text));
const ldapResult = (tag: number, code: number): Buffer =>
  element(tag, integer(code, ENUMERATED), octets(''), octets(''));

/** Binds with `bindCode`, finds the entries of `dns` and ends the search with `searchCode`. */
const ldapResponder =
  ({ bindCode = 0, searchCode = 0, dns = [] }: ServerScript): Responder =>
  (request) => {
    const [message] = elements(request) ?? [];
    const [id, operation] = (message === undefined ? undefined : elements(message.content)) ?? [];
    if (id === undefined || operation === undefined) return undefined;
    const envelope = (answer: Buffer): Buffer => element(SEQUENCE, element(id.tag, id.content), answer);
    if (operation.tag === BIND) return envelope(ldapResult(0x61, bindCode));
    if (operation.tag !== SEARCH) return undefined;
    const entries = dns.map((name) => envelope(element(0x64, octets(name), element(SEQUENCE))));
    return Buffer.concat([...entries, envelope(ldapResult(0x65, searchCode))]);
  };

const radiusResponder =
  ({ secret = '', code = 2 }: ServerScript): Responder =>
  (request) => {
    const head = Buffer.from([code, request[1] ?? 0, 0, 20]);
    const sum = createHash('md5').update(head).update(request.subarray(4, 20)).update(secret).digest();
    return Buffer.concat([head, sum]);
  };

/** What a server of this kind answers; undefined: it is of another kind. */
export const responderOf = (script: ServerScript): Responder | undefined => {
  switch (script.kind) {
    case 'dns':
      return script.udp === true ? dnsResponder(script) : framed(dnsResponder(script));
    case 'ldap':
      return ldapResponder(script);
    case 'radius':
      return radiusResponder(script);
    default:
      return undefined;
  }
};
