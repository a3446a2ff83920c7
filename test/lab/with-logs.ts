/** The logs of the nodes behind what a failed test has to say. */
import type { HeartbeatNode } from '../../lib/lab/heartbeat-node.js';

const TAIL = 40;

/** The last lines, and before them all errors of earlier times: whether a failure counts may depend on one (scripts/void.mjs). */
const excerpt = async (node: HeartbeatNode): Promise<readonly string[]> => {
  const lines = await node.log();
  const errors = lines.slice(0, -TAIL).filter((line) => /\b(ERROR|CRIT)\b/.test(line));
  return [`--- ha-log of ${node.host.name} (${node.implementation})`, ...errors, ...lines.slice(-TAIL)];
};

/** Does it; when it fails, the error tells what the nodes, as far as there are any by then, have logged as well. */
export const withLogs = async <T>(
  nodes: () => readonly (HeartbeatNode | undefined)[],
  action: () => Promise<T>,
): Promise<T> => {
  try {
    return await action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const logs = await Promise.all(nodes().map((node) => (node === undefined ? [] : excerpt(node))));
    throw new Error([reason, ...logs.flat()].join('\n'), { cause: error });
  }
};
