/** What the running daemon leaves in /run, where every other program looks for it (heartbeat reference 1.2). */
export const PID_FILE = '/run/heartbeat.pid';
export const RUN_FOLDER = '/run/heartbeat';
/**
 * What root acts on later stands here. {@link RUN_FOLDER} belongs to hacluster, as ever: whoever has that account could put
 * there the number of a process for us to kill, or a link to a file for us to overwrite.
 */
export const ROOT_FOLDER = '/run/ha-suite';

/** Working folders for core dumps, one for each user; `coreroot` names another place (heartbeat reference 1.2). */
export const CORE_ROOT = '/var/lib/heartbeat/cores';
