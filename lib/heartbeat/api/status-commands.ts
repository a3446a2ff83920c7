/** The sub-commands of cl_status, with the texts and exit codes of the genuine one (heartbeat reference 7.6). */
import { type Message, text } from '../wire/message.js';
import type { ApiClient, Connected } from './client.js';
import { type StatusCall as Call, parseStatusOptions } from './status-options.js';
import { USAGE } from './status-usage.js';

/** `errors` are texts of log lines of priority ERROR; `stderr` is plain text. All without the last newline. */
export interface StatusResult {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly errors: readonly string[];
  readonly stderr: readonly string[];
}

const result = (code: number, more: Partial<Omit<StatusResult, 'code'>> = {}): StatusResult => ({
  code,
  stdout: [],
  errors: [],
  stderr: [],
  ...more,
});

const print = (code: number, ...stdout: readonly string[]): StatusResult => result(code, { stdout });

/** A failure that the client library explains; the reason is often empty. */
const failure = (code: number, what: string, reason: string): StatusResult =>
  result(code, { errors: [what, `REASON: ${reason}`] });

/** Node and link lists come in the order of ha.cf and are printed the other way round, as ever. */
const list = async (client: ApiClient, reqtype: string, fields = {}): Promise<readonly Message[] | undefined> => {
  const answers = await client.ask(reqtype, fields);
  return answers?.some((answer) => text(answer, 'result') === 'badreq') ? undefined : answers?.toReversed();
};

const linkLines = async (client: ApiClient, node: string, { flags }: Call): Promise<readonly string[] | undefined> => {
  const links = await list(client, 'iflist', { node });
  if (links === undefined) return undefined;
  const title = flags.has('m') ? ['\tthis node has the following heartbeat links:'] : [];
  // Several media on one device are one link (heartbeat reference 3.9); a genuine daemon names it once for each. The first
  // of ha.cf counts, which stands last here.
  const names = links.map((link) => text(link, 'ifname'));
  const single = links.filter((_, index) => names.lastIndexOf(names[index]) === index);
  const lines = single.map((link) => {
    const name = `\t${text(link, 'ifname') ?? ''}`;
    return flags.has('v') ? `${name}\t${text(link, 'st') ?? ''}` : name;
  });
  return [...title, ...lines];
};

const nodeLines = async (client: ApiClient, call: Call): Promise<readonly string[] | undefined> => {
  const nodes = await list(client, 'nodelist');
  if (nodes === undefined) return undefined;
  const { flags } = call;
  const both = flags.has('n') === flags.has('p');
  const lines: string[] = flags.has('m') ? ['The nodes are as follow:'] : [];
  for (const node of nodes) {
    const name = text(node, 'node') ?? '';
    const type = text(node, 'nodetype') ?? '';
    if (!both && (type === 'ping') !== flags.has('p')) continue;
    if (!flags.has('v')) lines.push(name);
    else {
      const links = (await linkLines(client, name, call)) ?? [];
      lines.push('', `${name}\t${text(node, 'st') ?? ''}\t(nodetype: ${type})`, ...links);
    }
  }
  return lines;
};

const noAnswer = failure(13, 'No answer from heartbeat', 'connection closed');

const listNodes = async (client: ApiClient, call: Call): Promise<StatusResult> => {
  const lines = await nodeLines(client, call);
  return lines === undefined ? noAnswer : print(0, ...lines);
};

const listLinks = async (client: ApiClient, call: Call): Promise<StatusResult> => {
  const [node] = call.words;
  if (node === undefined) return result(11, { stderr: ['No enough parameter.'] });
  const lines = await linkLines(client, node, call);
  return lines === undefined
    ? failure(13, 'Cannot start heartbeat link interface walk.', 'EINVAL')
    : print(0, ...lines);
};

/** A question about one node with one word as the answer. */
const aboutNode =
  (about: {
    readonly reqtype: string;
    readonly field: string;
    readonly few: string;
    readonly unknown: string;
    readonly sentence: (node: string, value: string) => string;
    readonly code?: (value: string) => number;
  }) =>
  async (client: ApiClient, { flags, words }: Call): Promise<StatusResult> => {
    const [node] = words;
    if (node === undefined) return result(11, { stderr: [about.few] });
    const [answer] = (await client.ask(about.reqtype, { node })) ?? [];
    const value = answer === undefined ? undefined : text(answer, about.field);
    if (value === undefined) return result(11, { stderr: [about.unknown] });
    return print(about.code?.(value) ?? 0, flags.has('m') ? about.sentence(node, value) : value);
  };

const linkStatus = async (client: ApiClient, { flags, words }: Call): Promise<StatusResult> => {
  const [node, ifname] = words;
  if (node === undefined || ifname === undefined) return result(11, { stderr: ['No enough parameter.'] });
  const [answer] = (await client.ask('ifstatus', { node, ifname })) ?? [];
  const status = answer === undefined ? undefined : text(answer, 'st');
  if (status === undefined) return failure(13, 'Cannot get heartbeat link status', '');
  const sentence = `The node ${node}'s heartbeat link ${ifname} is ${status}`;
  return print(status === 'up' ? 0 : 1, flags.has('m') ? sentence : status);
};

const CLIENT_STATES = ['online', 'offline', 'join', 'leave'];
const CLIENT_TIMEOUT = 500;

const clientStatus = async (client: ApiClient, { words }: Call): Promise<StatusResult> => {
  const [node, cn, timeout] = words;
  if (node === undefined || cn === undefined) return result(11, { stderr: ['No enough parameter.'] });
  const wait = timeout !== undefined && /^\d{1,6}$/.test(timeout) ? Number(timeout) : CLIENT_TIMEOUT;
  const answer = await client.askCluster('clientstatus', { node, cn }, 'respond-cstatus', wait);
  const status = answer === undefined ? undefined : text(answer, 'cs');
  // An unknown node is refused at once, and yet this is what genuine says.
  if (status === undefined) return failure(13, `Cannot get heartbeat client ${cn}'s status`, 'No timely response.');
  const code = CLIENT_STATES.indexOf(status);
  return print(code < 0 ? 13 : code, status);
};

const resourceStatus = async (client: ApiClient, { flags }: Call): Promise<StatusResult> => {
  const [answer] = (await client.ask('getrsc')) ?? [];
  const held = answer === undefined ? undefined : text(answer, 'rsc_hold');
  const reason = (answer === undefined ? undefined : text(answer, 'info')) ?? '';
  if (held === undefined) return failure(13, 'Cannot get cluster resource status', reason);
  return print(0, flags.has('m') ? `This node is holding ${held} resources.` : held);
};

const parameter = async (client: ApiClient, call: Call): Promise<StatusResult> => {
  const name = call.parameter;
  if (name === undefined) return result(11, { errors: ['parameter name required'] });
  const [answer] = (await client.ask('getparm', { pname: name })) ?? [];
  const value = answer === undefined ? undefined : text(answer, 'pvalue');
  if (value === undefined) return failure(1, `Cannot get parameter ${name}'s value`, '');
  return print(0, call.flags.has('m') ? `Heartbeat parameter ${name}'s value: ${value}` : value);
};

type SubCommand = (client: ApiClient, call: Call) => Promise<StatusResult>;

const NODE_UNKNOWN = 'Error. May be due to incorrect node name';
const NO_WEIGHT = 'Error. Maybe due to incorrect node name.';

const SUB_COMMANDS: Readonly<Record<string, SubCommand>> = {
  listnodes: listNodes,
  listhblinks: listLinks,
  hblinkstatus: linkStatus,
  clientstatus: clientStatus,
  rscstatus: resourceStatus,
  hbparameter: parameter,
  nodestatus: aboutNode({
    reqtype: 'nodestatus',
    field: 'st',
    few: 'Not enough parameters.',
    unknown: NODE_UNKNOWN,
    sentence: (node, value) => `The cluster node ${node} is ${value}`,
    code: (value) => (['active', 'up', 'ping'].includes(value) ? 0 : 1),
  }),
  nodetype: aboutNode({
    reqtype: 'nodetype',
    field: 'nodetype',
    few: 'No enough parameter.',
    unknown: NODE_UNKNOWN,
    sentence: (node, value) => `The node ${node}'s type: ${value}`,
  }),
  nodeweight: aboutNode({
    reqtype: 'nodeweight',
    field: 'weight',
    few: 'Not enough parameters.',
    unknown: NO_WEIGHT,
    sentence: (node, value) => `The weight of the cluster node ${node} is ${value}`,
  }),
  nodesite: aboutNode({
    reqtype: 'nodesite',
    field: 'site',
    few: 'Not enough parameters.',
    unknown: NODE_UNKNOWN,
    sentence: (node, value) => `The site of the cluster node ${node} is ${value}`,
  }),
};

const NO_DAEMON = "hb_api_signon: Can't initiate connection to heartbeat";

const daemonStatus = async (connection: Connected, call: Call): Promise<StatusResult> => {
  const verbose = call.flags.has('v');
  if (connection.state === 'stopped')
    return print(1, 'Heartbeat is stopped on this machine.', ...(verbose ? [`(${NO_DAEMON})`] : []));
  if (connection.state === 'refused')
    return print(0, 'Heartbeat is apparently running on this machine, but refuses my connection');
  if (!verbose) return print(0, 'Heartbeat is running on this machine.');
  const { signOn } = connection.client;
  const version = text(signOn, 'hbversion') ?? '';
  const manager = text(signOn, 'pacemaker') === 'false' ? 'haresources' : 'pacemaker';
  const head = call.flags.has('m')
    ? [`Heartbeat version ${version}`, `Resources controlled by "${manager}"`]
    : [`version:\t${version}`, `managed by:\t"${manager}"`];
  return print(0, ...head, ...((await nodeLines(connection.client, call)) ?? []));
};

/** Two ways of saying the same. */
const UNKNOWN_OPTION: Readonly<Record<string, string>> = Object.fromEntries(
  ['listnodes', 'listhblinks', 'hbparameter'].map((name) => [name, 'Error: getopt returnedcharacter code ?.']),
);

/** Runs one call of cl_status; `connect` is only used when the daemon is needed. */
export const runStatusCommand = async (
  args: readonly string[],
  connect: () => Promise<Connected>,
): Promise<StatusResult> => {
  const [name, ...rest] = args;
  if (name === undefined || name === '-h' || name === '--help') return print(0, ...USAGE.trimEnd().split('\n'));
  const subCommand = Object.hasOwn(SUB_COMMANDS, name) ? SUB_COMMANDS[name] : undefined;
  if (subCommand === undefined && name !== 'hbstatus') return result(11, { errors: [`${name}: invalid sub-command.`] });
  const call = parseStatusOptions(name, rest);
  const connection = await connect();
  try {
    // Of hbstatus alone genuine bears with options that it does not know.
    if (subCommand === undefined) return { ...(await daemonStatus(connection, call)), stderr: call.problems };
    if (connection.state !== 'signed on')
      return failure(1, 'Cannot signon with heartbeat', connection.state === 'stopped' ? NO_DAEMON : connection.reason);
    const [problem] = call.problems;
    return problem === undefined
      ? await subCommand(connection.client, call)
      : result(11, { stderr: [problem], errors: [UNKNOWN_OPTION[name] ?? 'Error: getopt returnedcharacter ?.'] });
  } finally {
    if (connection.state === 'signed on') connection.client.close();
  }
};
