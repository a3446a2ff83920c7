/** What results of checks and changes of the table mean, as events. */
import type { Happening } from '../events/event.js';
import { printChange } from '../ipvs/grammar/print-command.js';
import { causeText, type Verdict } from './checks/verdict.js';
import type { Member } from './director.js';
import type { Standing } from './health.js';
import { realName } from './names.js';
import type { PlannedChange } from './plan.js';

/** The longest text of a server or of the system that an event carries. */
const MAX_TEXT = 120;

const causeOf = (result: Verdict): string | undefined => {
  if (result.state === 'up') return undefined;
  const { text } = result;
  return text === '' ? causeText(result) : `${causeText(result)}: ${text.slice(0, MAX_TEXT)}`;
};

/** A member has come from one state into another by the result of a check; its line in the file decided that. */
export const moved = (member: Member, from: Standing, to: Standing, result: Verdict): Happening => {
  const cause = causeOf(result);
  const { at } = member.real;
  return {
    ...{ type: 'check', virtual: member.virtualId, real: realName(member.real), from, to },
    ...(cause === undefined ? {} : { cause }),
    decidedBy: `${at.file}:${at.line}`,
  };
};

/** A change of the table that was made; the cause is what the log says about it. */
export const tableChanged = ({ change, virtualId, message }: PlannedChange): Happening => ({
  type: 'table',
  virtual: virtualId,
  change: printChange(change).join(' '),
  cause: message,
});
