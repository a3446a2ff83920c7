/** Runs hb_standby and hb_takeover: writes the log line and the message for the daemon. */
import { type HandOver, parseHandOver } from '../../scripts/hand-over.js';
import { createScriptLogger } from './script-logger.js';
import { submit } from './submit.js';

/** The exit code. Does not wait for the outcome: the daemon logs it. */
export const runHandOver = async (kind: HandOver, called: string, args: readonly string[]): Promise<number> => {
  const request = parseHandOver(kind, called, args);
  if (!request.ok) {
    process.stdout.write(request.stdout);
    process.stderr.write(request.stderr + (request.more ?? ''));
    return 1;
  }
  if (request.log !== undefined) await createScriptLogger(kind, process.env)(request.log);
  return submit(called, request.message);
};
