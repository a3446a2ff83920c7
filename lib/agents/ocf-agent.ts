/** Runs agents of the OCF interface, those of the package resource-agents above all, with arguments as variables. */
import { run } from '../platform/exec.js';
import { isExecutableFile } from '../platform/executable.js';
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { environmentOf } from './shell-file.js';

/** Where the folders of agents stand, one folder for each provider. */
export const OCF_ROOT = '/usr/lib/ocf';
export const HEARTBEAT_AGENTS = `${OCF_ROOT}/resource.d/heartbeat`;

const PATIENCE = seconds(3600);

export interface OcfCall {
  readonly path: string;
  readonly verb: string;
  /** Beside the environment that we have. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface OcfCallResult {
  /** 127 for an agent that cannot be run. */
  readonly code: number;
  readonly stdout: string;
}

/** Variables that resource.d scripts set for every agent. */
const COMMON = { OCF_ROOT, OCF_RA_VERSION_MAJOR: '1', OCF_RA_VERSION_MINOR: '0' };

/**
 * Where an agent writes that may leave a daemon behind: that daemon must be able to go on writing when we are gone. As a
 * script we hand on our own output.
 */
const outputFile = ({ environment }: AgentContext): string | undefined =>
  environment === undefined ? '/dev/stdout' : environment.HA_DEBUGLOG;

const logged = (text: string, { log }: AgentContext): void => {
  for (const line of text.split('\n')) if (line.trim() !== '') log('info', line);
};

/** Runs the agent to its end. Never rejects. */
export const callOcf = async ({ path, verb, variables }: OcfCall, context: AgentContext): Promise<OcfCallResult> => {
  if (!isExecutableFile(path)) return { code: 127, stdout: '' };
  const changes = verb === 'start' || verb === 'stop';
  const file = changes ? outputFile(context) : undefined;
  const result = await run(path, [verb], {
    ...{ timeout: PATIENCE, signal: context.signal, linger: true },
    env: { ...environmentOf(context), ...COMMON, ...variables },
    ...(file === undefined ? {} : { outputFile: file }),
  });
  logged(result.stderr, context);
  if (changes) logged(result.stdout, context);
  return { code: result.startError === undefined ? (result.code ?? 137) : 126, stdout: result.stdout.trimEnd() };
};
