/** How the nodes hear each other, and what they ask to know their network. */
import type { Diagnostic } from '../../config/diagnostic.js';
import type { Word } from '../../config/source.js';
import { addressOf } from '../../heartbeat/config/environment.js';
import { type Facts, forHeartbeat, type HeartbeatFiles, type Rule } from '../facts.js';
import { found, haCfDirective, type Said } from '../finding.js';
import { isOwnAddress, servedAddresses, usualAddress } from '../served-addresses.js';

const isPing = (kind: string): boolean => kind.startsWith('ping');

/** Two nodes with a single cable between them. */
export const onePath: Rule = forHeartbeat(({ config, paths: { haCf } }, facts) => {
  const links = config.media.filter(({ value: { kind } }) => !isPing(kind));
  const [only] = new Set(links.map(({ value }) => ('device' in value ? value.device : value.name)));
  const devices = new Set(links.map(({ value }) => ('device' in value ? value.device : value.name)));
  const [first] = links;
  if (only === undefined || first === undefined || devices.size > 1 || config.nodes.length < 2) return [];
  const at = { file: haCf, line: first.at.line, column: first.at.column };
  return [
    found(
      facts,
      'warning',
      { value: only, at },
      {
        code: 'check/one-path',
        message: `the nodes hear each other through ${only} only`,
        why: 'when that cable or switch fails each node takes the other for dead, and both serve the same addresses.',
        fix: 'add a second path: another interface (bcast eth1), or a serial cable (serial /dev/ttyS0).',
      },
    ),
  ];
});

/** Unicast that never leaves this machine. */
export const ownUnicast: Rule = forHeartbeat(({ config }, facts) => {
  const { machine } = facts;
  const unicast = config.media.flatMap(({ value, at }) =>
    value.kind === 'ucast' || value.kind === 'ucast6' ? [{ ...value, at }] : [],
  );
  const isOwn = (peer: string): boolean =>
    isOwnAddress(machine, (addressOf(machine.environment, peer) ?? peer).replace(/%.*/, ''));
  const others = config.media.filter(({ value: { kind } }) => !isPing(kind) && !kind.startsWith('ucast'));
  return [...new Set(unicast.map(({ device }) => device))].flatMap((device): readonly Diagnostic[] => {
    const lines = unicast.filter((line) => line.device === device);
    const [first] = lines;
    // Both nodes may have one file that names both: a node does not listen to itself.
    if (first === undefined || !lines.every(({ peer }) => isOwn(peer))) return [];
    const isDeaf = others.length === 0 && unicast.every(({ peer }) => isOwn(peer));
    return [
      found(
        facts,
        isDeaf ? 'error' : 'warning',
        { value: device, at: first.at },
        {
          code: 'check/ucast-to-self',
          message: `ucast ${device} sends to ${first.peer}, which is this machine itself, and to no other node`,
          why: isDeaf
            ? 'the other node hears nothing: both take each other for dead and serve the same addresses.'
            : 'this path carries nothing to the other node.',
          fix: `ucast ${device} and the address of the other node; both lines may stand in the file of both nodes.`,
        },
      ),
    ];
  });
});

interface PingHost {
  readonly host: string;
  readonly address: string;
  readonly under: Word;
}

const pingHosts = ({ config }: HeartbeatFiles, facts: Facts): readonly PingHost[] =>
  config.media.flatMap(({ value, at }) => {
    const hosts = 'host' in value ? [value.host] : 'hosts' in value ? value.hosts : [];
    return hosts.flatMap((host) => {
      const address = usualAddress(addressOf(facts.machine.environment, host) ?? host);
      return address === undefined ? [] : [{ host, address, under: { value: value.name, at } }];
    });
  });

/** Ping nodes that are part of the cluster. */
export const pingNodes: Rule = forHeartbeat((heartbeat, facts) => {
  const { config, groups } = heartbeat;
  const served = new Set(servedAddresses(groups).map(({ address }) => address));
  const peers = new Set(
    config.media.flatMap(({ value }) =>
      'peer' in value ? (usualAddress(addressOf(facts.machine.environment, value.peer) ?? value.peer) ?? []) : [],
    ),
  );
  const ofNodes = new Set(
    config.nodes.flatMap(({ value }) => usualAddress(facts.machine.director.host(value, 'ipv4') ?? '') ?? []),
  );
  return pingHosts(heartbeat, facts).flatMap(({ host, address, under }): readonly Diagnostic[] => {
    const isNode = config.nodes.some(({ value }) => value === host.toLowerCase());
    const what = served.has(address)
      ? 'an address of haresources, which moves'
      : isNode || peers.has(address) || ofNodes.has(address)
        ? 'a node of this cluster'
        : isOwnAddress(facts.machine, address)
          ? 'this machine itself'
          : undefined;
    if (what === undefined) return [];
    return [
      found(facts, 'warning', under, {
        code: 'check/ping-node',
        message: `${host} is ${what}: a ping node must be a machine beside the cluster`,
        why: 'whether it answers says nothing about the network, and ipfail compares the nodes by exactly that.',
        fix: 'name a router or switch that both nodes reach by the network of the clients.',
      }),
    ];
  });
});

/** What the warnings about ipfail have in common: a place, and four texts. */
const warning = (facts: Facts, under: Word, name: string, texts: Omit<Said, 'code'>): readonly Diagnostic[] => [
  found(facts, 'warning', under, { code: `check/${name}`, ...texts }),
];

/** ipfail without ping nodes, ping nodes without ipfail, and ipfail in a mode in which it can do nothing. */
export const ipfail: Rule = forHeartbeat(({ config, paths: { haCf } }, facts) => {
  const client = config.clients.find(({ value }) => /(^|\/)ipfail(\s|$)/.test(value.command));
  const ping = config.media.find(({ value: { kind } }) => isPing(kind));
  if (client === undefined)
    return ping === undefined
      ? []
      : warning(facts, { value: ping.value.name, at: ping.at }, 'ping-without-ipfail', {
          message: `${ping.value.name} is asked, and nobody acts on the answer: ipfail is not started`,
          why: 'a node that has lost its network keeps the addresses, although the other one could serve them.',
          fix: 'add respawn hacluster /usr/lib/heartbeat/ipfail (with the path of your distribution), on both nodes.',
        });
  const under = { value: client.value.user, at: client.at };
  if (ping === undefined)
    return warning(facts, under, 'ipfail-without-ping', {
      message: 'ipfail compares how many ping nodes each node reaches, and there is none',
      why: 'no loss of the network ever moves a group.',
      fix: 'add a line such as ping 192.0.2.1 with a router that both nodes reach.',
    });
  if (config.autoFailback !== 'legacy') return [];
  const mode = haCfDirective(facts, haCf, 'auto_failback', 'nice_failback') ?? under;
  return warning(facts, mode, 'ipfail-in-legacy', {
    message: 'ipfail can move nothing while auto_failback is legacy (the default)',
    why: 'it hands over by standby, which that mode does not know.',
    fix: 'write auto_failback on or off, on both nodes.',
  });
});
