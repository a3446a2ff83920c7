/** What must be the same on both nodes in ha.cf, haresources and authkeys, and is not. */
import type { Diagnostic, Located, Position, Severity } from '../../config/diagnostic.js';
import { addressOf } from '../../heartbeat/config/environment.js';
import type { AuthKey, AuthKeys, HaConfig, Medium, ResourceGroup } from '../../heartbeat/config/model.js';
import type { Facts, HeartbeatFiles, PeerFiles, Rule } from '../facts.js';
import { found, foundInFile, haCfDirective, placeText, type Said } from '../finding.js';
import { isOwnAddress } from '../served-addresses.js';

/** A rule for two nodes with heartbeat. */
const forPeer =
  (rule: (own: HeartbeatFiles, peer: PeerFiles, facts: Facts) => readonly Diagnostic[]): Rule =>
  (facts) =>
    facts.heartbeat === undefined || facts.peer === undefined ? [] : rule(facts.heartbeat, facts.peer, facts);

/** Files that this node has, and that were not fetched. */
export const missingFiles: Rule = ({ peer }) =>
  (peer?.missing ?? []).map((path) =>
    foundInFile(path, 'warning', {
      code: 'check/peer-file-missing',
      message: 'there is no such file of the other node: it has not been compared',
      why: 'what differs between the nodes shows when one takes over from the other.',
      fix: `copy it here from the other node, e.g. scp -p OTHER:/etc/ha.d/${path.split('/').at(-1)} ${path}`,
    }),
  );

const SAME_GROUPS: Pick<Said, 'why' | 'fix'> = {
  why: 'each node starts what its own file says: after a takeover the service is another one, or an address has two owners.',
  fix: 'copy haresources from one node to the other, so that both are the same, and reload both.',
};

/** What names a group, on whichever node it is at home. */
const keyOf = ({ node, resources }: ResourceGroup): string => resources[0]?.word ?? node;

const textOf = ({ node, resources }: ResourceGroup): string => [node, ...resources.map(({ word }) => word)].join(' ');

/** Both nodes must read the same groups, in whatever order and spelling. */
export const groups: Rule = forPeer((own, peer, facts) => {
  const others = peer.groups;
  if (others === undefined) return [];
  const say = (group: ResourceGroup, message: string): Diagnostic =>
    found(facts, 'error', { value: group.node, at: group.at }, { code: 'check/peer-group', message, ...SAME_GROUPS });
  const lacks = (group: ResourceGroup, file: string): Diagnostic =>
    say(group, `the group ${keyOf(group)} is not in ${file}`);
  return [
    ...own.groups.flatMap((group) => {
      const twin = others.find((other) => keyOf(other) === keyOf(group));
      if (twin === undefined) return [lacks(group, peer.haResources)];
      return textOf(twin) === textOf(group) ? [] : [say(group, `${placeText(twin.at)} says '${textOf(twin)}'`)];
    }),
    ...others
      .filter((other) => !own.groups.some((group) => keyOf(group) === keyOf(other)))
      .map((other) => lacks(other, own.paths.haResources)),
  ];
});

/** A value of ha.cf that both nodes must agree on. */
interface Agreement {
  readonly directives: readonly string[];
  readonly severity: (own: HaConfig, other: HaConfig) => Severity;
  readonly value: (config: HaConfig) => string;
  readonly why: string;
}

const AGREEMENTS: readonly Agreement[] = [
  {
    directives: ['keepalive'],
    severity: (own, other) =>
      own.keepalive >= other.deadtime || other.keepalive >= own.deadtime ? 'error' : 'warning',
    value: ({ keepalive }) => `${keepalive} ms`,
    why: 'a node that sends less often than the other expects is declared late, or dead.',
  },
  {
    directives: ['deadtime'],
    severity: () => 'warning',
    value: ({ deadtime }) => `${deadtime} ms`,
    why: 'the nodes declare each other dead at different times, so that a failover depends on who fails.',
  },
  {
    directives: ['warntime'],
    severity: () => 'warning',
    value: ({ warntime }) => `${warntime} ms`,
    why: 'the same delay is told of by one node only.',
  },
  {
    directives: ['initdead'],
    severity: () => 'warning',
    value: ({ initdead }) => `${initdead} ms`,
    why: 'after both boot together, one takes everything before the other has had its time.',
  },
  {
    directives: ['deadping'],
    severity: () => 'warning',
    value: ({ deadping }) => `${deadping} ms`,
    why: 'ipfail compares the ping nodes of both, and one has given them up earlier.',
  },
  {
    directives: ['auto_failback', 'nice_failback'],
    severity: (own, other) => (own.autoFailback === 'legacy' || other.autoFailback === 'legacy' ? 'error' : 'warning'),
    value: ({ autoFailback }) => autoFailback,
    why: 'the nodes follow different rules for who has what after a boot, and groups end on both or on none.',
  },
];

/** Times and modes that both nodes must have alike. */
export const agreements: Rule = forPeer((own, peer, facts) => {
  const { haCf } = peer;
  if (haCf === undefined) return [];
  return AGREEMENTS.flatMap(({ directives, severity, value, why }): readonly Diagnostic[] => {
    const [ours, theirs] = [value(own.config), value(haCf.config)];
    if (ours === theirs) return [];
    const [name = ''] = directives;
    const here = haCfDirective(facts, own.paths.haCf, ...directives);
    const there = haCfDirective(facts, haCf.path, ...directives);
    // Both have a default that follows from another value, which is told of already.
    if (here === undefined && there === undefined) return [];
    const where = there === undefined ? `${haCf.path} has it by default` : placeText(there.at);
    return [
      found(facts, severity(own.config, haCf.config), here ?? wholeFile(own.paths.haCf), {
        code: 'check/peer-ha.cf',
        message: `${name} is ${ours} here and ${theirs} on the other node (${where})`,
        why,
        fix: `write the same ${name} on both nodes.`,
      }),
    ];
  });
});

const wholeFile = (file: string): Located<string> => ({ value: '', at: { file, line: 1, column: 1 } });

/** The nodes, in whatever order. */
export const nodeLists: Rule = forPeer((own, peer, facts) => {
  const { haCf } = peer;
  if (haCf === undefined) return [];
  const lacking = (nodes: readonly Located<string>[], others: readonly Located<string>[], file: string) =>
    nodes
      .filter(({ value }) => !others.some((other) => other.value === value))
      .map((node) =>
        found(facts, 'error', node, {
          code: 'check/peer-node',
          message: `node ${node.value} is not in ${file}`,
          why: 'a node that the other one does not know is not heard: the two serve the same addresses.',
          fix: 'write the same node lines on both nodes.',
        }),
      );
  return [
    ...lacking(own.config.nodes, haCf.config.nodes, haCf.path),
    ...lacking(haCf.config.nodes, own.config.nodes, own.paths.haCf),
  ];
});

/** What both ends of a path must have in common; undefined for what only concerns one node. Devices may have other names. */
const channelOf = (medium: Medium): string | undefined => {
  switch (medium.kind) {
    case 'bcast':
      return `bcast to port ${medium.port}`;
    case 'mcast':
    case 'mcast6':
      return `${medium.kind} to ${medium.group} port ${medium.port}`;
    case 'ucast':
    case 'ucast6':
      return `${medium.kind} to port ${medium.port}`;
    case 'serial':
      return `serial with ${medium.baud} baud`;
    case 'ping':
    case 'ping6':
      return `${medium.kind} ${medium.host}`;
    case 'ping_group':
      return `ping_group ${medium.name} ${medium.hosts.join(' ')}`;
  }
};

/** What one node sends on, and the other does not listen to. */
export const channels: Rule = forPeer((own, peer, facts) => {
  const { haCf } = peer;
  if (haCf === undefined) return [];
  const channelsIn = ({ media }: HaConfig): ReadonlySet<string | undefined> =>
    new Set(media.filter(({ value }) => !value.kind.startsWith('ping')).map(({ value }) => channelOf(value)));
  const common = [...channelsIn(own.config)].some((channel) => channelsIn(haCf.config).has(channel));
  const lacking = (media: HaConfig['media'], others: HaConfig['media'], file: string): readonly Diagnostic[] => {
    const known = new Set(others.map(({ value }) => channelOf(value)));
    // The first of several lines for one channel is named.
    const first = new Map(media.map((medium) => [channelOf(medium.value), medium] as const).toReversed());
    return [...first].flatMap(([channel, { value, at }]) => {
      if (channel === undefined || known.has(channel)) return [];
      const isPing = value.kind.startsWith('ping');
      return [
        found(
          facts,
          isPing || common ? 'warning' : 'error',
          { value: value.name, at },
          {
            code: isPing ? 'check/peer-ping' : 'check/peer-channel',
            message: `${file} has no ${channel}`,
            why: isPing
              ? 'ipfail compares how many ping nodes each node reaches, and the two count different ones.'
              : 'what is sent on this path is not heard by the other node.',
            fix: isPing ? 'write the same ping nodes on both nodes.' : 'use the same media and ports on both nodes.',
          },
        ),
      ];
    });
  };
  return [
    ...lacking(own.config.media, haCf.config.media, haCf.path),
    ...lacking(haCf.config.media, own.config.media, own.paths.haCf),
  ];
});

/** Unicast of the other node must come here. */
export const unicastOfPeer: Rule = forPeer((_own, { haCf }, facts) => {
  const { machine } = facts;
  const lines = (haCf?.config.media ?? []).flatMap(({ value, at }) =>
    value.kind === 'ucast' || value.kind === 'ucast6' ? [{ value, at }] : [],
  );
  const [first] = lines;
  const reaches = lines.some(({ value }) =>
    isOwnAddress(machine, (addressOf(machine.environment, value.peer) ?? value.peer).replace(/%.*/, '')),
  );
  // Without an address here there is nothing to compare with.
  if (first === undefined || reaches || machine.addresses.length === 0) return [];
  return [
    found(
      facts,
      'error',
      { value: first.value.name, at: first.at },
      {
        code: 'check/peer-ucast',
        message: `${first.value.kind} of the other node sends to ${first.value.peer}, which is no address of this machine`,
        why: 'this node hears nothing on that path.',
        fix: 'name the address of this machine there.',
      },
    ),
  ];
});

/** ipfail only works in pairs. */
export const clientsOfPeer: Rule = forPeer((own, { haCf }, facts) => {
  const isIpfail = ({ value }: HaConfig['clients'][number]): boolean => /(^|\/)ipfail(\s|$)/.test(value.command);
  if (haCf === undefined) return [];
  const [ours, theirs] = [own.config.clients.find(isIpfail), haCf.config.clients.find(isIpfail)];
  const only = ours ?? theirs;
  if (only === undefined || (ours !== undefined && theirs !== undefined)) return [];
  return [
    found(
      facts,
      'warning',
      { value: only.value.user, at: only.at },
      {
        code: 'check/peer-ipfail',
        message: `ipfail is not started by ${ours === undefined ? own.paths.haCf : haCf.path}`,
        why: 'ipfail asks the one of the other node how many ping nodes it reaches; alone it moves nothing.',
        fix: 'write the same respawn line on both nodes.',
      },
    ),
  ];
});

const isSame = (one: AuthKey, other: AuthKey | undefined): boolean =>
  other !== undefined && one.method === other.method && one.key === other.key;

/** What to say about a signing key that the node which gets the messages does not have. The keys themselves are not shown. */
const keyProblem = (sign: AuthKey, other: AuthKey | undefined, file: string): string => {
  const what = `messages are signed with key ${sign.index} (${sign.method})`;
  if (other === undefined) return `${what}, and ${file} has no key ${sign.index}`;
  const difference = other.method === sign.method ? 'another text' : `the method ${other.method}`;
  return `${what}, and in ${file} key ${sign.index} has ${difference}`;
};

/** Each node must know the key that the other one signs with. */
export const signingKeys: Rule = forPeer((own, peer, facts) => {
  const say = (
    keys: AuthKeys,
    at: Position | undefined,
    others: AuthKeys,
    file: string,
    place: Position | undefined,
  ) => {
    const other = others.keys.get(keys.sign.index);
    if (at === undefined || isSame(keys.sign, other)) return [];
    return [
      found(
        facts,
        'error',
        { value: String(keys.sign.index), at },
        {
          code: 'check/peer-key',
          message: keyProblem(keys.sign, other, place === undefined ? file : placeText(place)),
          why: 'the node that gets these messages throws them away: both take each other for dead and serve the same addresses.',
          fix: 'copy authkeys from one node to the other (mode 600), and reload both.',
        },
      ),
    ];
  };
  const { keys, keyPlaces, paths } = own;
  if (keys === undefined || peer.keys === undefined) return [];
  const [ours, theirs] = [keys.sign.index, peer.keys.sign.index];
  return [
    ...say(keys, keyPlaces.get(ours), peer.keys, peer.authKeys, peer.keyPlaces.get(ours)),
    ...say(peer.keys, peer.keyPlaces.get(theirs), keys, paths.authKeys, keyPlaces.get(theirs)),
  ];
});
