/** How late a link was in the last minute, as a small picture with its words. Pure. */
import { spanText } from '../../ldirectord/cli/status-table.js';
import { type Html, html } from '../../text/html.js';
import { SAMPLES } from './memory.js';

const BAR = 2;
const HEIGHT = 20;

/**
 * A bar for each sample, the newest on the right; a bar of full height has reached `limit` and is marked by its form, not
 * its colour alone.
 *
 * @param samples milliseconds since the last packet, oldest first
 * @param limit milliseconds after which the link counts as dead
 */
export const sparkline = (samples: readonly number[], limit: number): Html => {
  const latest = samples.at(-1);
  if (latest === undefined) return html`<span class="quiet">not heard yet</span>`;
  const most = Math.max(...samples);
  const words = `heard ${spanText(latest)} ago; at most ${spanText(most)} of ${spanText(limit)} in the last minute`;
  const width = SAMPLES * BAR;
  const bars = samples.map((sample, index) => {
    const share = limit > 0 ? Math.min(1, sample / limit) : 1;
    const height = Math.max(1, Math.round(share * HEIGHT));
    const x = width - (samples.length - index) * BAR;
    const kind = share >= 1 ? 'over' : share >= 0.5 ? 'late' : 'fine';
    return html`<rect class="${kind}" x="${x}" y="${HEIGHT - height}" width="${BAR - 0.5}" height="${height}"/>`;
  });
  return html`<svg class="spark" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" aria-hidden="true">${bars}</svg> <span class="words">${words}</span>`;
};
