/** Questions about the cluster that change nothing (heartbeat reference 7.3). */
import type { NodeView } from '../cluster/interface.js';
import { bytes, type Message, text } from '../wire/message.js';
import { answer, type Data, invalid, type Result } from './reply.js';
import type { ApiFacts, ApiView } from './state.js';

/** The version that genuine clients and scripts look for. */
export const VERSION = '3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)';

/** One message, or several of which all but the last say `ok/more`; undefined: the request is wrong. */
type Query = (request: Message, view: ApiView, facts: ApiFacts) => readonly Data[] | undefined;

const nodeOf = (request: Message, view: ApiView): NodeView | undefined =>
  view.nodes.find((node) => node.name === text(request, 'node'));

/** A question about one node. */
const about =
  (ask: (node: NodeView) => readonly Data[]): Query =>
  (request, view) => {
    const node = nodeOf(request, view);
    return node === undefined ? undefined : ask(node);
  };

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const QUERIES: Readonly<Record<string, Query>> = {
  nodelist: (_, view) => view.nodes.map(({ name, type, status }) => ({ node: name, nodetype: type, st: status })),
  numnodes: (_, view) => [{ numnodes: String(view.nodes.filter(({ type }) => type === 'normal').length) }],
  nodestatus: about(({ status }) => [{ st: status }]),
  nodetype: about(({ type }) => [{ nodetype: type }]),
  // Weights and sites belong to a membership layer that haresources clusters do not have.
  nodeweight: about(() => [{ weight: '100' }]),
  nodesite: about(() => [{ site: '' }]),
  iflist: about(({ links }) => links.map(({ name, status }) => ({ ifname: name, st: status }))),
  ifstatus: (request, view) => {
    const link = nodeOf(request, view)?.links.find(({ name }) => name === text(request, 'ifname'));
    return link === undefined ? undefined : [{ st: link.status }];
  },
  getparm: (request, _, facts) => {
    const name = text(request, 'pname');
    if (name === undefined) return undefined;
    if (name === 'hbversion') return [{ pvalue: VERSION }];
    const parameter = name === 'crm' ? 'pacemaker' : name;
    return [{ pvalue: Object.hasOwn(facts.parameters, parameter) ? facts.parameters[parameter] : undefined }];
  },
  getrsc: (_, view) => [{ rsc_hold: view.resources }],
  getuuid: (request, view) => {
    const uuid = view.uuids.get(text(request, 'queryname') ?? '');
    return uuid === undefined ? undefined : [{ queryuuid: uuid }];
  },
  getnodename: (request, view) => {
    const wanted = bytes(request, 'queryuuid');
    const found = wanted && [...view.uuids].find(([, uuid]) => sameBytes(uuid, wanted));
    return found === undefined ? undefined : [{ queryname: found[0] }];
  },
};

/** The answers to a question; undefined when the request is none. */
export const query = (request: Message, view: ApiView, facts: ApiFacts): readonly Message[] | undefined => {
  const type = text(request, 'reqtype') ?? '';
  const ask = Object.hasOwn(QUERIES, type) ? QUERIES[type] : undefined;
  if (ask === undefined) return undefined;
  const found = ask(request, view, facts);
  // A list without members has no last message to carry OK.
  if (found === undefined || found.length === 0) return [invalid(request)];
  return found.map((data, index): Message => {
    const result: Result = index === found.length - 1 ? 'OK' : 'ok/more';
    return answer(request, data, result);
  });
};
