/** A group that not exactly one node has, or of which that is not known. Pure. */
import { spanText } from '../../../ldirectord/cli/status-table.js';
import { type Explanation, explanation, type Part } from '../explanation.js';
import { haCfDecision } from '../files.js';
import { absence } from '../node.js';
import { ago, decisionsOf, heartbeatEvents, listed, newest, partnerIn } from '../scene.js';
import { failure, moving, order, type Sight } from './sight.js';

/** The answer for a group that no node has. */
export const nowhere = (sight: Sight): Explanation => {
  const { scene, snapshot, cluster, subject } = sight;
  const { failedAt, ...failed } = failure(sight);
  const life = newest(heartbeatEvents(scene), 'daemon');
  const leaving: Part =
    life?.change === 'stopping'
      ? {
          because: [`heartbeat has been stopping on ${cluster.self} for ${spanText(scene.status.at - life.wall)}.`],
          wouldChange: [`Start heartbeat on ${cluster.self} again when it has ended.`],
        }
      : {};
  const other = partnerIn(cluster);
  const trouble = other === undefined ? undefined : absence(scene, snapshot, other);
  const fencing = other?.status === 'dead' && scene.files.config?.fencing !== undefined;
  const fenced: Part = fencing
    ? {
        because: [`${other.name} may still run it: it is taken only after the fencing device has reset ${other.name}.`],
        decidedBy: ['stonith', 'stonith_host']
          .map((name) => haCfDecision(scene.files, name))
          .filter(({ line }) => line !== null),
      }
    : {};
  const orphan: Part =
    failedAt === undefined && life?.change !== 'stopping' && trouble === undefined && other !== undefined
      ? {
          because: [
            `Both nodes are up and neither holds it: its node adopts it after a few seconds in which nothing moves.`,
          ],
        }
      : {};
  return explanation(subject, `${subject.name} is on no node.`, [
    failed,
    leaving,
    fenced,
    moving(sight),
    orphan,
    order(sight),
    trouble ?? {},
    { wouldChange: ['hb_takeover on the node that shall have it.'] },
  ]);
};

/** The answer for a group that both nodes have. */
export const both = (sight: Sight): Explanation => {
  const { scene, cluster, subject } = sight;
  const other = partnerIn(cluster);
  const death = newest(heartbeatEvents(scene), 'node', ({ name, to }) => name === other?.name && to === 'dead');
  const links = other?.links ?? [];
  return explanation(subject, `${subject.name} is on both nodes.`, [
    {
      because: [
        death === undefined
          ? 'Each node took it while it did not hear the other one.'
          : `Each node took it while it did not hear the other one: here ${other?.name} was dead ${ago(scene, death.wall)} (${death.cause ?? 'no cause is known'}).`,
        'They hear each other again; one of them gives it up within seconds, and the other one announces it.',
      ],
      decidedBy: death === undefined ? [] : decisionsOf(scene.files, death, 'deadtime'),
    },
    order(sight),
    {
      wouldChange: [
        `Wait some seconds; if it stays, say hb_standby on the node that shall not have it.`,
        links.length > 1
          ? `Look after the links ${listed(links.map(({ name }) => name))}: all of them failed at once.`
          : `Give the nodes a second, independent link (a further bcast, ucast or serial line in ${scene.files.haCf}): then one broken cable does not part them.`,
      ],
    },
  ]);
};

/** The answer before it is known who has the group. */
export const unknown = (sight: Sight): Explanation => {
  const { scene, snapshot, cluster, subject } = sight;
  const other = partnerIn(cluster);
  const what = `Where ${subject.name} is, is not known yet.`;
  const waits: Part = cluster.communicationUp
    ? {}
    : {
        because: [
          `heartbeat began here ${ago(scene, snapshot.started)}, and takes nothing before the other node was heard or initdead is over.`,
        ],
        decidedBy: [haCfDecision(scene.files, 'initdead')],
        wouldChange: ['Wait until initdead is over; it then takes what nobody has.'],
      };
  const legacy: Part =
    cluster.autoFailback === 'legacy' && cluster.communicationUp
      ? {
          because: ['With auto_failback legacy the nodes do not tell each other group by group what they hold.'],
          decidedBy: [haCfDecision(scene.files, 'auto_failback')],
          wouldChange: [`Ask on the other node: ha explain ${subject.name}`],
        }
      : {};
  const trouble = other === undefined ? undefined : absence(scene, snapshot, other);
  return explanation(subject, what, [waits, legacy, order(sight), trouble ?? {}]);
};
