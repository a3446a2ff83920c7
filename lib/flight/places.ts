/** Where the recording of heartbeat is. */

/** Beside the journals of events (see lib/platform/event-journal.ts), for root only. */
export const FLIGHT_FOLDER = '/var/log/ha-suite/flight';
