/** Whether a resource runs, by what its script prints: exit codes of old scripts cannot be trusted. */

/**
 * Interprets the standard output of `SCRIPT ARGS status` as the patterns of genuine's shell do (heartbeat reference 2.6,
 * "Status interpretation"): `not `, then anything, then "running" means stopped, so that `is not currently running` counts;
 * otherwise "running" or "OK" anywhere means running, and everything else stopped.
 */
export const saysRunning = (output: string): boolean => {
  const denied = output.search(/[Nn][Oo][Tt] /);
  if (denied >= 0 && /[Rr]unning/.test(output.slice(denied))) return false;
  return /[Rr]unning|OK/.test(output);
};
