/** The files of a shadow, none of which is one of the daemon's. */
import { JOURNAL_FOLDER } from '../../../platform/event-journal.js';
import { ROOT_FOLDER } from '../process/run-places.js';

export const SHADOW_PID_FILE = `${ROOT_FOLDER}/shadow-heartbeat.pid`;
/** What it has seen so far, written every few seconds for who asks; it stays behind after a stop. */
export const SHADOW_REPORT = `${ROOT_FOLDER}/shadow-heartbeat.json`;
export const SHADOW_LOG = `${JOURNAL_FOLDER}/shadow-heartbeat.log`;
