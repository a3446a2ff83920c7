/** Makes this process one that can do no harm: an unprivileged user, and last in the queue for the processor. */
import { setPriority } from 'node:os';
import { accountOf, groupIds } from './accounts.js';

/** The user of the cluster, and the group that may ask its daemons. */
const USER = 'hacluster';
const GROUP = 'haclient';
/** Whatever else runs on this machine comes first. */
const NICENESS = 10;

/** Gives up root for good, where the user and the group exist; says what could not be done. Never throws. */
export const stepBack = (): string | undefined => {
  try {
    setPriority(NICENESS);
  } catch {
    // Then we are as important as others.
  }
  const { setgroups, setgid, setuid } = process;
  if (process.geteuid?.() !== 0 || setgroups === undefined || setgid === undefined || setuid === undefined)
    return undefined;
  const account = accountOf(USER);
  const gid = groupIds().get(GROUP);
  if (account === undefined || gid === undefined)
    return `it goes on as root: there is no user ${USER} or no group ${GROUP}`;
  try {
    setgroups([gid]);
    setgid(gid);
    setuid(account.uid);
    return undefined;
  } catch (error) {
    return `it goes on as root: ${String(error)}`;
  }
};
