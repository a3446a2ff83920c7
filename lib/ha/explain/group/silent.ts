/** A group of which heartbeat says nothing: what the files and the journal tell. Pure. */
import { type Explanation, explanation, type Subject } from '../explanation.js';
import { ago, type Group, heartbeatEvents, newest, type Scene } from '../scene.js';

/** The answer when heartbeat does not say anything, for the reason that `problem` has. */
export const silent = (scene: Scene, group: Group, subject: Subject, problem: string): Explanation => {
  const last = heartbeatEvents(scene).at(-1);
  const self = last?.node;
  const hold = self === undefined ? undefined : newest(heartbeatEvents(scene), 'holding', ({ name }) => name === self);
  const ended = last?.type === 'daemon' && last.change === 'stopped';
  const past =
    last === undefined
      ? []
      : ended
        ? [`heartbeat was stopped here ${ago(scene, last.wall)}: then it gave up what it had.`]
        : [
            `The journal of heartbeat ends ${ago(scene, last.wall)} without a stop: it was killed, or the machine went down. ${hold === undefined ? '' : `It held ${hold.to} resources then.`}`.trim(),
          ];
  return explanation(subject, `Where ${subject.name} is cannot be said from here.`, [
    { because: [`heartbeat: ${problem}.`, ...past] },
    {
      because: [`${group.node} stands first in its line of haresources: it has it when both nodes are well.`],
      decidedBy: [group.decision],
      wouldChange: [
        'If heartbeat does not run here, start it (ha-heartbeat, or the service of this machine).',
        `Ask on the other node: ha explain ${subject.name}`,
      ],
    },
  ]);
};
