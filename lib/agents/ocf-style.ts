/** Agents that answer as the resource.d scripts around an OCF agent do: arguments counted, exit codes put into words. */
import type { Agent, AgentContext, AgentResult, Verb } from './agent.js';
import { OCF, wrapped } from './exit.js';
import { usage } from './usage.js';

/** `status` and `monitor` are one to those scripts (heartbeat reference 2.6, "OCF bridge"). */
export type OcfAction = 'start' | 'stop' | 'monitor';

/** The code of the OCF interface, and what the OCF agent itself would print before the line that puts it into words. */
export interface OcfAnswer {
  readonly code: number;
  readonly said?: string;
}

export interface OcfStyle {
  readonly name: string;
  /** With fewer or more arguments than these it is a wrong call. */
  readonly fewest: number;
  readonly most: number;
  /** May throw, for example when the signal of the context fires: that is a failure like any other. */
  readonly act: (action: OcfAction, args: readonly string[], context: AgentContext) => Promise<number | OcfAnswer>;
}

/** What genuine scripts exit with when called wrongly. */
const WRONG_CALL = 1;
const VERBS: readonly Verb[] = ['start', 'stop', 'status', 'monitor', 'meta-data'];

/** Codes that the interface does not define become 1 (`ERROR:  Unknown error: 127`). */
const inWords = (verb: Verb, { code, said }: OcfAnswer): AgentResult => {
  const { output } = wrapped(verb, code);
  return {
    code: code <= OCF.notRunning ? code : OCF.generic,
    output: said === undefined || said === '' ? output : `${said}\n${output}`,
  };
};

export const createOcfStyle = ({ name, fewest, most, act }: OcfStyle): Agent => ({
  name,
  run: async (verb, args, context) => {
    if (args.length < fewest || args.length > most) return { code: WRONG_CALL, output: usage(name, VERBS) };
    try {
      const answer = await act(verb === 'start' || verb === 'stop' ? verb : 'monitor', args, context);
      return inWords(verb, typeof answer === 'number' ? { code: answer } : answer);
    } catch (error) {
      context.log('ERROR', `${name}: ${error instanceof Error ? error.message : String(error)}`);
      return wrapped(verb, OCF.generic);
    }
  },
});
