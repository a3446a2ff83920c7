/** ha-realserver: virtual addresses on a web server that a director reaches by direct routing, see ha-realserver(8). */
import { readFileSync } from 'node:fs';
import { look, startVirtualAddress, stopVirtualAddress, type VirtualAddress } from '../lib/agents/realserver.js';
import { DEFAULTS_FILE, parseInvocation, statusCode, statusOutput } from '../lib/agents/realserver-command.js';
import type { Log } from '../lib/log.js';

const log: Log = (priority, text) => {
  if (priority !== 'info' && priority !== 'debug') process.stderr.write(`ha-realserver: ${text}\n`);
};

const defaults = (): string => {
  try {
    return readFileSync(DEFAULTS_FILE, 'utf8');
  } catch {
    return '';
  }
};

/** All of them, also when one fails. */
const each = async (addresses: readonly VirtualAddress[], act: (virtual: VirtualAddress) => Promise<void>) => {
  let code = 0;
  for (const virtual of addresses) {
    try {
      await act(virtual);
    } catch (error) {
      log('ERROR', error instanceof Error ? error.message : String(error));
      code = 1;
    }
  }
  return code;
};

const invocation = parseInvocation(process.argv.slice(2), defaults());
if (invocation.kind === 'text') {
  (invocation.code === 0 ? process.stdout : process.stderr).write(invocation.text);
  process.exitCode = invocation.code;
} else {
  const { action, addresses, json } = invocation;
  const context = { log, signal: new AbortController().signal };
  if (addresses.length === 0 && !json) process.stdout.write(`There are no addresses in ${DEFAULTS_FILE}.\n`);
  if (action === 'status') {
    const states = await Promise.all(addresses.map(look));
    process.stdout.write(statusOutput(states, json));
    process.exitCode = statusCode(states);
  } else {
    const act = action === 'start' ? startVirtualAddress : stopVirtualAddress;
    process.exitCode = await each(addresses, (virtual) => act(virtual, context));
  }
}
