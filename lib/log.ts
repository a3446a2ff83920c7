/** What the daemons say: a priority and one line of text, with genuine wording where people grep for it. */

/** The priorities genuine heartbeat prints, with their exact spelling (heartbeat reference 9.4). */
export const PRIORITIES = ['EMERG', 'ALERT', 'CRIT', 'ERROR', 'WARN', 'notice', 'info', 'debug'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Takes one line without a trailing newline. Must not throw: a full disk never stops a daemon. */
export type Log = (priority: Priority, text: string) => void;
