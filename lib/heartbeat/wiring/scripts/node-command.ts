/** The commands hb_addnode, hb_delnode, hb_setsite and hb_setweight: one message for the daemon. */
import { type NodeCommand, parseNodeCommand } from '../../scripts/requests.js';
import { submit } from './submit.js';

/** The exit code: 0 when the daemon was told, 1 when it does not run or the call is wrong. */
export const runNodeCommand = (name: NodeCommand, called: string, args: readonly string[]): number => {
  const request = parseNodeCommand(name, args);
  if ('message' in request) return submit(called, request.message);
  process.stdout.write(`${request.usage}\n`);
  return 1;
};
