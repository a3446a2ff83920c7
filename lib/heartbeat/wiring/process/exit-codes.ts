/** Exit codes of the daemon and of the commands to it, beside those of the configuration parsers (heartbeat reference 8.1). */

export const FAILED = 1;
/** Files that may not be read, or a process that may not be signalled. */
export const NOT_PERMITTED = 4;
