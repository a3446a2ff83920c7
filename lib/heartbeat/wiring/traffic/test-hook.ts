/** `/etc/ha.d/OnlyForTesting`: loses packets on purpose, as the genuine daemon's own test hook does (heartbeat reference 11.4). */

/** The words of the file; nothing is lost without it. */
export interface TestHook {
  /** Shares of packets lost, 0 to 1. */
  readonly receiveLoss: number;
  readonly sendLoss: number;
  /** Only these nodes are heard; undefined: all. */
  readonly allowNodes: ReadonlySet<string> | undefined;
}

export const noTestHook: TestHook = { receiveLoss: 0, sendLoss: 0, allowNodes: undefined };

export const isTestHookOn = (hook: TestHook): boolean =>
  hook.receiveLoss > 0 || hook.sendLoss > 0 || hook.allowNodes !== undefined;

/** As the C library reads it: the number in front, 0 when there is none; kept inside 0 to 1. */
const share = (value: string): number => Math.min(1, Math.max(0, Number.parseFloat(value) || 0));

/** What the file says: the hook, the genuine lines about it, and the lines that are not understood. */
export interface TestHookText {
  readonly hook: TestHook;
  readonly said: readonly string[];
  readonly unknown: readonly string[];
}

/** Reads the file; anything is read. */
export const parseTestHook = (text: string): TestHookText => {
  let hook = noTestHook;
  const said: string[] = [];
  const unknown: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const [, name, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name === 'rcvloss') {
      hook = { ...hook, receiveLoss: share(value) };
      said.push(`Receive loss probability = ${share(value).toFixed(3)}`);
    } else if (name === 'xmitloss') {
      hook = { ...hook, sendLoss: share(value) };
      said.push(`Xmit loss probability = ${share(value).toFixed(3)}`);
    } else if (name === 'allownodes') {
      hook = { ...hook, allowNodes: new Set(value.split(';').filter((node) => node.trim() !== '')) };
      said.push(`Allow nodes = ${value}`);
    } else if (line !== '' && !line.startsWith('#')) unknown.push(line);
  }
  return { hook, said, unknown };
};

/** The lines for the log when the file has been read; `undefined` stands for a file that is not there. */
export const testHookLines = (before: TestHook, now: TestHookText | undefined): readonly string[] => {
  if (now === undefined) return isTestHookOn(before) ? ['Test Code Now disabled.'] : [];
  return ['WARNING: Enabling Test Code', ...now.said, 'WARNING: Above Options Now Enabled.'];
};

/** Whether a packet from that node is lost; `chance` is a number from 0 up to 1 drawn for it. */
export const losesReceived = (hook: TestHook, from: string | undefined, chance: number): boolean =>
  chance < hook.receiveLoss || (hook.allowNodes !== undefined && !hook.allowNodes.has(from ?? ''));

/** Whether a packet of ours is lost after it was numbered. */
export const losesSent = (hook: TestHook, chance: number): boolean => chance < hook.sendLoss;
