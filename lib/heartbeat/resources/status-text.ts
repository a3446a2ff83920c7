/** Whether a resource runs, by what its script prints: exit codes of old scripts cannot be trusted. */

/**
 * Interprets the standard output of `SCRIPT ARGS status` (heartbeat reference 2.6, "Status interpretation"): "not running"
 * anywhere means stopped, otherwise "running" or "OK" anywhere means running, and everything else stopped.
 */
export const saysRunning = (output: string): boolean => {
  if (/[Nn][Oo][Tt] *[Rr]unning/.test(output)) return false;
  return /[Rr]unning|OK/.test(output);
};
