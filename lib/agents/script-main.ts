/** Runs one of our agents as a resource.d script: `NAME ARGS... start|stop|status|monitor|meta-data`. */
import type { Log } from '../log.js';
import type { Agent, Verb } from './agent.js';
import { detachedAnnouncer } from './announcer.js';
import { DESCRIPTIONS } from './descriptions.js';
import { readOwnSettings } from './own-settings.js';
import { createAgents } from './registry.js';
import { usage } from './usage.js';

const VERBS: readonly Verb[] = ['start', 'stop', 'status', 'monitor', 'meta-data'];
/** What genuine scripts exit with when called wrongly. */
const USAGE = 1;

const isVerb = (word: string | undefined): word is Verb => VERBS.some((verb) => verb === word);

/** Log lines go to standard error: the caller reads the status from standard output. */
const log: Log = (priority, text) => void process.stderr.write(`${priority}: ${text}\n`);

const runAgent = async (agent: Agent, words: readonly string[]): Promise<number> => {
  const verb = words.at(-1);
  const args = words.slice(0, -1);
  const needed = (DESCRIPTIONS[agent.name]?.parameters ?? []).filter(({ required }) => required).length;
  if (verb === 'usage' || verb === 'help') {
    process.stdout.write(`${usage(agent.name, VERBS)}\n`);
    return 0;
  }
  if (!isVerb(verb) || (verb !== 'meta-data' && args.length < needed)) {
    if (verb !== undefined && !isVerb(verb) && args.length >= needed) {
      process.stdout.write(`ERROR: Unknown operation: ${verb}\n`);
    }
    process.stdout.write(`${usage(agent.name, VERBS)}\n`);
    return USAGE;
  }
  const { code, output } = await agent.run(verb, args, { log, signal: new AbortController().signal });
  if (output !== '') process.stdout.write(`${output}\n`);
  return code;
};

/** Runs the agent called `name` with the words of the command line and sets the exit code. */
export const scriptMain = async (name: string): Promise<void> => {
  const { announce, engine } = await readOwnSettings(log);
  const agent = createAgents({ announcer: detachedAnnouncer(announce), engine }).get(name);
  process.exitCode = agent === undefined ? USAGE : await runAgent(agent, process.argv.slice(2));
};
