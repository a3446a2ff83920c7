/** Differences as events. */
import type { Happening } from '../../events/event.js';
import type { EndedDifference, OpenDifference } from '../../shadow/differences.js';
import { type Mismatch, subjectOf } from './compare.js';
import { entryText, meaningOf, type Scene, whyOurs } from './words.js';

/** What stands for an entry that one of the tables does not have. */
const NOTHING = 'nothing';

const bothSides = (what: Mismatch) => ({
  subject: subjectOf(what),
  genuine: entryText(what, 'theirs') ?? NOTHING,
  ours: entryText(what, 'ours') ?? NOTHING,
});

/** A difference has lasted longer than the tolerance. */
export const differenceBegan = (scene: Scene, { what, since }: OpenDifference<Mismatch>): Happening => ({
  ...{ type: 'difference', change: 'began', ...bothSides(what), duration: scene.now.mono - since.mono },
  cause: `${whyOurs(scene, what)}; ${meaningOf(scene, what)}`,
});

/** One that was told is over; both sides are as they were seen last. */
export const differenceEnded = ({ what, lasted }: EndedDifference<Mismatch>): Happening => ({
  ...{ type: 'difference', change: 'ended', ...bothSides(what), duration: lasted },
});
