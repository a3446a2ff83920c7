/** A notification in words, and for programs. */
import { EVENT_VERSION, type HaEvent } from '../events/event.js';
import { eventText, happeningText, isBad } from '../events/event-text.js';

/** The events that a notification is about, and how many more there were. */
export interface Digest {
  readonly events: readonly HaEvent[];
  readonly dropped: number;
}

/** What has no place in a line: whatever a server has said must not begin another one. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');

/** Mail programs show about so much. */
const LONGEST_SUBJECT = 120;

/** One line that tells the worst: `[ha-suite lb1] node lb2: active -> dead (and 3 more)`. */
export const digestSubject = ({ events, dropped }: Digest): string => {
  const worst = events.find(isBad) ?? events[0];
  if (worst === undefined) return '[ha-suite] nothing';
  const more = events.length - 1 + dropped;
  const text = oneLine(`[ha-suite ${worst.node}] ${happeningText(worst)}`).slice(0, LONGEST_SUBJECT);
  return more === 0 ? text : `${text} (and ${more} more)`;
};

/** All of it, one line for each event; lines end with a newline. */
export const digestText = ({ events, dropped }: Digest): string => {
  const lines = events.map((event) => oneLine(eventText(event)));
  const last = dropped === 0 ? [] : [`and ${dropped} more, for which there was no room: see ha events`];
  return `${[...lines, ...last].join('\n')}\n`;
};

/** For commands and webhooks: one JSON document. */
export const digestJson = (digest: Digest): string =>
  JSON.stringify({
    ...{ version: EVENT_VERSION, subject: digestSubject(digest), dropped: digest.dropped },
    events: digest.events,
  });
