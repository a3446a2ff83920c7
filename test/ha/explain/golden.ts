/** What `ha explain` says in every situation, as one text: golden.txt holds it. */
import { explainIn } from './scenes.js';
import { type Asked, SITUATIONS } from './situations.js';

/** The block of one situation. */
export const blockOf = async ({ title, situation, word }: Asked): Promise<string> => {
  const { stdout, stderr, code } = await explainIn(situation, word);
  return `## ${title}\n$ ha explain ${word}\n${stderr}${stdout}exit code ${code}\n`;
};

/** All blocks by their titles. */
export const blocksIn = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(/\n(?=## )/).map((block) => [/^## (.*)/.exec(block)?.[1] ?? '', `${block.trimEnd()}\n`]));

/** The whole text, to be read before it is committed. */
export const goldenText = async (): Promise<string> => (await Promise.all(SITUATIONS.map(blockOf))).join('\n');
