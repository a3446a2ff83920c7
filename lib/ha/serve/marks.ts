/** States and times as a reader meets them on the page: a symbol and a word, never a colour alone. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import type { RealState } from '../../ldirectord/live-status.js';
import { type Html, html } from '../../text/html.js';

export type Tone = 'good' | 'bad' | 'odd';

const SYMBOLS: Readonly<Record<Tone, string>> = { good: '\u2713', bad: '\u2717', odd: '?' };

/** A state with its symbol; a screen reader hears the word only. */
export const mark = (tone: Tone, word: string): Html =>
  html`<span class="state ${tone}"><span aria-hidden="true">${SYMBOLS[tone]} </span>${word}</span>`;

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-27 20:15:03`, in the time zone of this machine. */
const dayTime = (at: number): string => {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** An instant in wall-clock milliseconds; what is none is shown as unknown. */
export const instant = (at: number): Html => {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`unknown`;
  return html`<time datetime="${date.toISOString()}">${dayTime(at)}</time>`;
};

/** `since 2026-11-27 20:15:03 (12 min)`; unknown when it is not known. */
export const since = (from: number | undefined, at: number): Html =>
  from === undefined || Number.isNaN(from)
    ? html`since when: unknown`
    : html`since ${instant(from)} (${spanText(at - from)})`;

/** How it looks for a real server in that state. */
export const REAL_TONES: Readonly<Record<RealState, Tone>> = {
  ...{ up: 'good', down: 'bad', unknown: 'odd', maintenance: 'odd', drained: 'odd' },
};

/** How it looks for a virtual service with so many real servers up. */
export const virtualTone = (up: number, total: number): Tone =>
  total > 0 && up === 0 ? 'bad' : up === total ? 'good' : 'odd';

/** A row of a list of facts. */
export const row = (name: string, value: Html): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
