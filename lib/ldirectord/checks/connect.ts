/** checktype=connect: a TCP connection that is closed at once, nothing is sent (ldirectord reference 4.3). */
import type { Check } from './check.js';
import { openSocket } from './socket.js';
import { up } from './verdict.js';

export const connectCheck: Check = async ({ real, port }, signal) => {
  const opened = await openSocket(real.address, port, signal);
  if (opened.failure !== undefined) return opened.failure;
  opened.socket.destroy();
  return up();
};
