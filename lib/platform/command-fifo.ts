/** Writes a command for the heartbeat daemon into the named pipe that it reads. */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { errorCode } from './error-code.js';

/** Puts the bytes into the pipe, or says why not; a plain file that stands there is not written to. Never waits. */
export const writeCommand = (path: string, data: Uint8Array): string | undefined => {
  const unread = `heartbeat is not running (nobody reads ${path})`;
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    return errorCode(error) === 'EACCES' ? `${path} may not be written by you: call this as root` : unread;
  }
  try {
    // One write below PIPE_BUF is never mixed with that of another program (heartbeat reference 2.7).
    return fstatSync(fd).isFIFO() && writeSync(fd, data) === data.length ? undefined : unread;
  } catch {
    return unread;
  } finally {
    closeSync(fd);
  }
};
