/** The nodes: daemons that answer, packets that arrive, clocks that agree. */

import { KILLED, NOT_RUNNING } from '../../ha/status/look.js';
import { NO_HEARTBEAT } from '../../ha/status/status.js';
import type { NodeSnapshot } from '../../heartbeat/cluster/snapshot.js';
import { spanText } from '../../ldirectord/cli/status-table.js';
import { bad, doubtful, good, type Rule, type Symptom } from '../readings.js';

/** Both daemons answer on their control sockets. */
export const daemons: Rule = ({ status: { heartbeat, directors } }) => {
  const own: readonly Symptom[] =
    'problem' in heartbeat
      ? heartbeat.problem === NO_HEARTBEAT
        ? []
        : [
            bad(
              'doctor/no-heartbeat',
              `heartbeat: ${heartbeat.problem}`,
              'a node without heartbeat takes nothing over, and the other node takes it for dead.',
              [NOT_RUNNING, KILLED].includes(heartbeat.problem)
                ? 'start it (systemctl start heartbeat, or /etc/init.d/heartbeat start); its log says why it ended.'
                : 'look at its log; a restart with ha-heartbeat -r keeps the resources.',
            ),
          ]
      : [good('doctor/heartbeat', `heartbeat on ${heartbeat.snapshot.node} answers`)];
  return [
    ...own,
    ...directors.map(({ name, heard }) =>
      'problem' in heard
        ? bad(
            'doctor/no-director',
            `ldirectord ${name}: ${heard.problem}`,
            'the table stays as it is: a real server that dies is still sent clients.',
            `look at its log; ldirectord-ts ${name} restart keeps the table.`,
          )
        : good('doctor/director', `ldirectord ${name} answers`),
    ),
  ];
};

const linkSymptom = ({ name: node, deadAfter }: NodeSnapshot, link: NodeSnapshot['links'][number]): Symptom => {
  const heard = link.heardAge === null ? 'never' : `${spanText(link.heardAge)} ago`;
  if (link.status === 'dead')
    return bad(
      'doctor/link-dead',
      `nothing of ${node} arrives on ${link.name} (last packet: ${heard})`,
      'when the last path between the nodes fails, both serve the same addresses.',
      `tcpdump -ni ${link.name} udp port 694 on both nodes shows who sends and who hears. What is sent and not heard is ` +
        'stopped by a packet filter, a cable, or (mcast) by a switch that forgets groups: switch off its IGMP snooping, or use bcast or ucast.',
    );
  if (link.heardAge !== null && link.heardAge > deadAfter / 2)
    return doubtful(
      'doctor/link-late',
      `${node} was last heard on ${link.name} ${heard}, and is dead after ${spanText(deadAfter)}`,
      'a little more delay, and a node that lives is called dead.',
      'look for packet loss on that path, and for a machine that is too busy; a longer deadtime gives it room.',
    );
  return good('doctor/link', `${node} is heard on ${link.name}, last ${heard}`);
};

/** What the other nodes send arrives, on every path. */
export const links: Rule = ({ status: { heartbeat } }) => {
  const nodes = heartbeat.snapshot?.cluster?.nodes.filter(({ self }) => !self) ?? [];
  return nodes.flatMap((node) =>
    node.status === 'dead' && node.links.every(({ status }) => status === 'dead')
      ? [
          bad(
            'doctor/node-dead',
            node.type === 'ping'
              ? `${node.name} does not answer pings`
              : `${node.name} is dead: it is heard on no link`,
            node.type === 'ping'
              ? 'a node that cannot reach its ping nodes may be the one that is cut off.'
              : 'nobody stands in for this node.',
            node.type === 'ping'
              ? `ping ${node.name}; if it is gone for good, take it out of ha.cf on both nodes.`
              : `start heartbeat there; if it runs, look after ${node.links.map(({ name }) => name).join(' and ')}.`,
          ),
        ]
      : node.links.map((link) => linkSymptom(node, link)),
  );
};

/** A packet filter or a wrong key shows here. */
const SERIOUS: Readonly<Record<string, string>> = {
  ownName: 'another machine uses the name of this node',
  unknownNode: 'a node that ha.cf does not name sends to this cluster',
};

/** Authentic packets that were refused. */
export const refusals: Rule = ({ status: { heartbeat } }) =>
  Object.entries(heartbeat.snapshot?.cluster?.refused ?? {}).flatMap(([reason, count]) => {
    const what = SERIOUS[reason];
    return what === undefined || count === 0
      ? []
      : [
          doubtful(
            `doctor/refused-${reason}`,
            `${what} (${count} packets since the start)`,
            'two clusters with the same key and port disturb each other, and so do two machines with one name.',
            'give each cluster a key, and a port or group, of its own; uname -n must differ everywhere.',
          ),
        ];
  });

/** The daemon itself had no processor. */
export const lateness: Rule = ({ status: { heartbeat, at } }) => {
  const late = heartbeat.snapshot?.late;
  if (late === null || late === undefined || at - late.at > 86_400_000) return [];
  return [
    doubtful(
      'doctor/late',
      `heartbeat was late by ${spanText(late.duration)}, ${spanText(at - late.at)} ago`,
      'while it is late it sends nothing: after deadtime the other node takes everything.',
      'look what else ran then (a backup, a snapshot of a virtual machine, swapping); realtime on and a longer deadtime help.',
    ),
  ];
};

/** Seconds that clocks may differ before logs of both nodes cannot be read side by side. */
const MOST = 2;

/** Clocks of nodes, as far as their messages tell; and who keeps ours. */
export const clocks: Rule = ({ status: { heartbeat }, clockKept }) => {
  const nodes =
    heartbeat.snapshot?.cluster?.nodes.filter(
      ({ self, type, status }) => !self && type === 'normal' && status !== 'dead',
    ) ?? [];
  const others = nodes.flatMap(({ name, clockAhead }): readonly Symptom[] => {
    if (clockAhead === null) return [];
    if (Math.abs(clockAhead) < MOST) return [good('doctor/clock', `the clock of ${name} agrees with ours`)];
    return [
      doubtful(
        'doctor/clocks-differ',
        `the clock of ${name} is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead of' : 'behind'} ours`,
        'heartbeat does not mind, but the logs of the nodes do not fit together, and certificates may seem not valid.',
        'run chrony or systemd-timesyncd on both nodes.',
      ),
    ];
  });
  const own = clockKept
    ? good('doctor/clock-kept', 'something keeps the clock of this machine right')
    : doubtful(
        'doctor/clock-free',
        'neither chrony nor ntpd nor systemd-timesyncd is seen to keep the clock of this machine right',
        'it drifts away from that of the other node.',
        'run one of them on both nodes.',
      );
  return [...others, own];
};
