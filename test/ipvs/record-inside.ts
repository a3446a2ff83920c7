/** Runs in User-Mode Linux: every recorded session with the genuine ipvsadm, one JSON line for each command line. */
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { SESSIONS } from './genuine-sessions.js';

for (const [session, lines] of Object.entries(SESSIONS))
  for (const line of lines) {
    const result = spawnSync('/usr/sbin/ipvsadm', line.argv, { encoding: 'utf8', input: line.input ?? '' });
    const { status, stdout, stderr } = result;
    appendFileSync(process.env.UML_RESULT ?? '', `${JSON.stringify({ session, ...line, status, stdout, stderr })}\n`);
  }
