/** OCF: any agent of the OCF interface, with its variables in a file: `OCF::TYPE::INSTANCE` (heartbeat reference 2.6). */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutableFile } from '../platform/executable.js';
import type { Agent, AgentContext, AgentResult, Verb } from './agent.js';
import { callOcf, OCF_ROOT } from './ocf-agent.js';
import { environmentAfter, environmentOf } from './shell-file.js';

const WRONG_CALL = 1;

/** The first agent of this type in one of the folders, by the names of the providers. */
const agentBelow = (type: string, root: string): string | undefined => {
  try {
    return readdirSync(root)
      .sort()
      .map((provider) => join(root, provider, type))
      .find(existsSync);
  } catch {
    return undefined;
  }
};

/** `OCF_AGENTS` may name the folder of one provider, as the shellfuncs of heartbeat have it. */
const agentOf = (type: string, chosen: string | undefined): string | undefined => {
  const all = join(OCF_ROOT, 'resource.d');
  if (chosen === undefined) return agentBelow(type, all);
  return agentBelow(type, chosen) ?? [join(chosen, type)].find(existsSync) ?? agentBelow(type, all);
};

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** A word that says that it runs; what says so of something that does not is replaced. */
const SAYS_RUNNING = /OK|running/;

/** The status in the words that heartbeat looks for. */
export const statusOf = (name: string, code: number, stdout: string): AgentResult => {
  if (code === 0) return { code, output: SAYS_RUNNING.test(stdout) ? stdout : `${name} is running` };
  return { code, output: SAYS_RUNNING.test(stdout) ? `${name} is stopped` : stdout };
};

const call = async (verb: Verb, type: string, instance: string, context: AgentContext): Promise<AgentResult> => {
  const own = environmentOf(context);
  const path = agentOf(type, own.OCF_AGENTS);
  if (path === undefined || !isExecutableFile(path)) {
    return { code: WRONG_CALL, output: `OCF: there is no agent ${type} in the folders of ${OCF_ROOT}/resource.d` };
  }
  const file = join(own.HA_DIR ?? '/etc/ha.d', 'conf', 'OCF', type, instance);
  if (!isFile(file)) return { code: WRONG_CALL, output: `OCF: there is no file ${file}` };
  const environment = await environmentAfter(file, own, context);
  if (typeof environment === 'string') return { code: WRONG_CALL, output: `${file}: ${environment}` };
  const variables = {
    ...environment,
    ...{ OCF_RES_VERSION_MAJOR: '0', OCF_RES_NAME: instance, OCF_RESOURCE_INSTANCE: instance },
    ...(verb === 'status' ? { OCF_STATUS_QOS: '0' } : {}),
    ...(verb === 'monitor' ? { OCF_STATUS_QOS: '10' } : {}),
  };
  const asked = verb === 'monitor' ? 'status' : verb;
  const { code, stdout } = await callOcf({ path, verb: asked, variables }, context);
  return verb === 'status' ? statusOf(`OCF Resource ${type}::${instance}`, code, stdout) : { code, output: stdout };
};

export const ocf: Agent = {
  name: 'OCF',
  run: async (verb, [type, instance, ...more], context) => {
    if (type === undefined || instance === undefined || more.length > 0 || /^\.*$|\//.test(type)) {
      return { code: WRONG_CALL, output: 'usage: OCF type instance {start|stop|status|monitor}' };
    }
    return call(verb, type, instance, context);
  },
};
