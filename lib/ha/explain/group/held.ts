/** A group that one node has: how it came there, and why the other one does not have it. Pure. */
import { spanText } from '../../../ldirectord/cli/status-table.js';
import { type Explanation, explanation, type Part } from '../explanation.js';
import { haCfDecision } from '../files.js';
import { absence } from '../node.js';
import { ago, gained, heartbeatEvents, lastJob, partnerIn } from '../scene.js';
import { failbackNow, failbackWhenBack, HANDED_OVER, moveBy } from './failback.js';
import { failure, moving, order, type Sides, type Sight } from './sight.js';

/** The words of a job that starts what haresources gives this node. */
const OURS = 'these are our own groups';

/** A group that could not be started is with the other node by then, in milliseconds (heartbeat reference 2.6). */
const HANDED_ON_WITHIN = 120_000;

const partOf = ({ group, cluster }: Sight, name: string): 'local' | 'foreign' => {
  const isPreferred = group.node === name;
  // A third node stands in for nobody; what is not its own is foreign to it.
  return isPreferred || (name !== cluster.self && group.node !== cluster.self) ? 'local' : 'foreign';
};

/** How the holder came to have it, as far as the journal tells. */
const arrival = (sides: Sides): Part & { readonly cause?: string } => {
  const { scene, group, cluster, holder } = sides;
  const events = heartbeatEvents(scene);
  const event = gained(events, holder, partOf(sides, holder));
  const job = lastJob(events, partOf(sides, cluster.self));
  const cause = job?.cause;
  if (event === undefined) return cause === undefined ? {} : { cause };
  const when = ago(scene, event.wall);
  if (cause === undefined || cause === OURS || (holder !== cluster.self && cause !== HANDED_OVER))
    return { because: [`${holder} has it since ${when}.`], ...(cause === undefined ? {} : { cause }) };
  const verb = group.node === holder ? 'came to' : 'was taken by';
  return { because: [`It ${verb} ${holder} ${when}, because ${cause}.`], cause };
};

const deadAfterOf = ({ cluster, holder }: Sides): number =>
  cluster.nodes.find(({ name }) => name === holder)?.deadAfter ?? 0;

/** On the node that stands first. */
const preferred = (sides: Sides): Part => {
  const { scene, snapshot, holder, other } = sides;
  if (other === undefined) return {};
  const trouble = absence(scene, snapshot, other);
  if (trouble !== undefined) return trouble;
  const limit = haCfDecision(scene.files, 'deadtime');
  const dead = other.self ? 'nothing is heard of it' : `nothing is heard of ${holder}`;
  return {
    notElsewhere: [
      `${other.name} is active, and takes it only when ${dead} for ${spanText(other.self ? deadAfterOf(sides) : other.deadAfter)}, or when ${holder} leaves or hands it over.`,
    ],
    decidedBy: [limit],
    wouldChange: [moveBy(sides)],
  };
};

/** On the other node in place of the one that stands first. */
const inPlace = (sides: Sides): readonly Part[] => {
  const { scene, snapshot, group, holder, other } = sides;
  const { cause, ...came } = arrival(sides);
  const first = { because: [`${group.node} stands first in its line of haresources, and ${holder} stands in for it.`] };
  const begin: Part = { ...first, decidedBy: [group.decision] };
  if (other === undefined) return [begin, came];
  const trouble = absence(scene, snapshot, other);
  return trouble === undefined
    ? [begin, came, failbackNow(sides, cause)]
    : [begin, came, trouble, failbackWhenBack(sides)];
};

const partnerOf = ({ cluster }: Sight, name: string): string | undefined =>
  name === cluster.self ? partnerIn(cluster)?.name : cluster.self;

/** The answer for a group that the node of that name has. */
export const held = (sight: Sight, holderName: string): Explanation => {
  const { scene, group, cluster, subject } = sight;
  const otherName = holderName === group.node ? partnerOf(sight, holderName) : group.node;
  const other = cluster.nodes.find(({ name }) => name === otherName);
  const sides: Sides = { ...sight, holder: holderName, other };
  const { failedAt, ...tried } = failure(sight);
  const isHere = holderName === cluster.self;
  const event = gained(heartbeatEvents(scene), holderName, partOf(sight, holderName));
  const isPreferred = holderName === group.node;
  const isFor = event === undefined ? '' : `${isPreferred ? '' : ','} for ${spanText(scene.status.at - event.wall)}`;
  const where = `on ${holderName}${isPreferred ? '' : `, in place of ${group.node}`}${isFor}`;
  const what =
    failedAt === undefined || !isHere
      ? `${subject.name} is ${where}.`
      : `${subject.name} belongs to ${holderName} now, but it is not up there.`;
  // What failed here is why the other node has it now, if it got it then.
  const isWhy = isHere || event === undefined || (failedAt ?? 0) >= event.wall - HANDED_ON_WITHIN;
  const failed: Part = isHere ? tried : isWhy ? { ...tried, because: [], notElsewhere: tried.because ?? [] } : {};
  const came = arrival(sides);
  const reasons = isPreferred ? [order(sight), { because: came.because ?? [] }, preferred(sides)] : inPlace(sides);
  return explanation(subject, what, [failed, moving(sight), ...reasons]);
};
