/** Questions about the cluster that change nothing (heartbeat reference 7.3). */
import type { NodeView } from '../cluster/interface.js';
import { bytes, type Message, text } from '../wire/message.js';
import type { Data } from './reply.js';
import type { ApiFacts, ApiView } from './state.js';

/** The version that genuine clients and scripts look for. */
export const VERSION = '3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)';

/** Data of one answer, or of several of which all but the last say `ok/more`; or why the request is wrong. */
export type Found =
  | { readonly data: readonly Data[]; readonly error?: string }
  | { readonly wrong: string | undefined; readonly data?: undefined };

type Query = (request: Message, view: ApiView, facts: ApiFacts) => Found;

const found = (...data: readonly Data[]): Found => ({ data });
const INVALID: Found = { wrong: 'EINVAL' };
const NO_UUID = new Uint8Array(16);

/** Names of nodes are compared without regard to case, like those of ha.cf. */
export const nodeAsked = (request: Message, view: ApiView): NodeView | undefined => {
  const name = text(request, 'node')?.toLowerCase();
  return view.nodes.find((node) => node.name.toLowerCase() === name);
};

/** A question about one node. */
const about =
  (ask: (node: NodeView) => readonly Data[]): Query =>
  (request, view) => {
    const node = nodeAsked(request, view);
    return node === undefined ? INVALID : found(...ask(node));
  };

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const QUERIES: Readonly<Record<string, Query>> = {
  nodelist: (_, view) =>
    found(...view.nodes.map(({ name, type, status }) => ({ node: name, nodetype: type, st: status }))),
  numnodes: (_, view) => found({ numnodes: String(view.nodes.filter(({ type }) => type === 'normal').length) }),
  nodestatus: about(({ status }) => [{ st: status }]),
  nodetype: about(({ type }) => [{ nodetype: type }]),
  nodeweight: about(({ weight = 100 }) => [{ weight: String(weight) }]),
  nodesite: about(({ site = '' }) => [{ site }]),
  iflist: about(({ links }) => links.map(({ name, status }) => ({ ifname: name, st: status }))),
  ifstatus: (request, view) => {
    const link = nodeAsked(request, view)?.links.find(({ name }) => name === text(request, 'ifname'));
    return link === undefined ? INVALID : found({ st: link.status });
  },
  getparm: (request, _, facts) => {
    const name = text(request, 'pname');
    if (name === undefined) return INVALID;
    if (name === 'hbversion') return found({ pvalue: VERSION });
    const parameter = name === 'crm' ? 'pacemaker' : name;
    return found({ pvalue: Object.hasOwn(facts.parameters, parameter) ? facts.parameters[parameter] : undefined });
  },
  getrsc: (_, view, facts) =>
    facts.managesResources
      ? // Genuine keeps no account of what it holds in legacy mode, and ends with `none`.
        found({ rsc_hold: facts.legacy && view.resources !== 'transition' ? 'none' : view.resources })
      : { wrong: 'Resource is managed by crm. Use crm tool to query resource' },
  getuuid: (request, view) => {
    const name = text(request, 'queryname');
    if (name === undefined) return { wrong: 'no query node name found' };
    // A node that has not been heard of yet has the uuid zero; one that does not exist has none.
    const known = view.nodes.some((node) => node.name === name);
    return found({ queryuuid: view.uuids.get(name) ?? (known ? NO_UUID : undefined) });
  },
  getnodename: (request, view) => {
    const wanted = bytes(request, 'queryuuid');
    if (wanted?.length !== NO_UUID.length) return { wrong: 'no query node name found' };
    const name = [...view.uuids].find(([, uuid]) => sameBytes(uuid, wanted))?.[0];
    return name === undefined
      ? { data: [{}], error: 'api_get_nodename: nodename not found in map table' }
      : found({ queryname: name });
  },
};

/** What the answer to a question says; undefined when the request is no question. */
export const query = (request: Message, view: ApiView, facts: ApiFacts): Found | undefined => {
  const type = text(request, 'reqtype') ?? '';
  const ask = Object.hasOwn(QUERIES, type) ? QUERIES[type] : undefined;
  if (ask === undefined) return undefined;
  const answer = ask(request, view, facts);
  // A list without members has no last message to carry OK.
  return answer.data?.length === 0 ? INVALID : answer;
};
