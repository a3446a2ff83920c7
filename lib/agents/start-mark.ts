/** The mark that a resource without a state of its own was started here, in the place where the genuine agents have it. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentContext } from './agent.js';

/** Emptied at boot, so that what was started before it does not count. */
const FOLDER = '/run/resource-agents';

const folderOf = ({ environment }: AgentContext): string => (environment ?? process.env).HA_RSCTMP ?? FOLDER;

const pathOf = (name: string, context: AgentContext): string => join(folderOf(context), name.replaceAll('/', '_'));

export const isMarked = async (name: string, context: AgentContext): Promise<boolean> => {
  try {
    return (await stat(pathOf(name, context))).isFile();
  } catch {
    return false;
  }
};

/** Answers whether the mark is there afterwards. */
export const setMark = async (name: string, context: AgentContext): Promise<boolean> => {
  try {
    await mkdir(folderOf(context), { recursive: true, mode: 0o1755 });
    await writeFile(pathOf(name, context), '', { flag: 'a' });
    return true;
  } catch (error) {
    context.log('ERROR', `It cannot be remembered that this was started: ${String(error)}`);
    return false;
  }
};

/** Answers whether the mark is gone afterwards. */
export const removeMark = async (name: string, context: AgentContext): Promise<boolean> => {
  try {
    await rm(pathOf(name, context), { force: true });
    return true;
  } catch (error) {
    context.log('ERROR', `It cannot be forgotten that this was started: ${String(error)}`);
    return false;
  }
};
