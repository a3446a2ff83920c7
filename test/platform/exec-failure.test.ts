import type { ExecResult } from '../../lib/platform/exec.js';
import { failureText } from '../../lib/platform/exec-failure.js';
import { seconds } from '../../lib/time.js';

const ended: ExecResult = {
  code: undefined,
  killedBy: undefined,
  timedOut: false,
  stdout: '',
  stderr: '',
  startError: undefined,
};

test.each([
  [{ code: 3 }, 'exit status 3'],
  [{ code: 3, stderr: 'no such table\nat line 1\n' }, 'exit status 3 (no such table)'],
  [{ killedBy: 'SIGSEGV' }, 'killed by SIGSEGV'],
  [{ killedBy: 'SIGKILL', timedOut: true }, 'no end after 15 s, killed'],
  [{ startError: 'ENOENT' }, 'ENOENT'],
])('%j', (how, text) => expect(failureText({ ...ended, ...how }, seconds(15))).toBe(text));
