/** Draws the demonstration as lines of styled pieces that fit a terminal. Pure. */
import type { DirectorState, Picture, Step } from './model.js';
import { seconds } from './model.js';
import { DIRECTORS, GATEWAY_ADDRESS, SERVICE_ADDRESS, WEB_SERVERS } from './topology.js';

export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'busy';

export interface Piece {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Piece[];

const piece = (text: string, style: Style = 'plain'): Piece => ({ text, style });

/** Cuts a line at `columns`; every character counts as one column. */
export const cutTo = (line: Line, columns: number): Line => {
  let left = columns;
  return line.flatMap(({ text, style }) => {
    const kept = [...text].slice(0, left);
    left -= kept.length;
    return kept.length === 0 ? [] : [{ text: kept.join(''), style }];
  });
};

const BARS = [...'▁▂▃▄▅▆▇█'];

/** One character per figure, scaled to `top`; a second without any answer is a gap in the curve. */
export const sparkline = (figures: readonly number[], top: number): string =>
  figures
    .map((figure) =>
      figure <= 0 ? ' ' : (BARS[Math.min(BARS.length - 1, Math.floor((figure / top) * (BARS.length - 1)))] ?? ' '),
    )
    .join('');

const BAR_WIDTH = 12;

/** A bar that fills up while the time limit of a step passes. */
export const progressBar = (share: number): string => {
  const full = Math.round(Math.max(0, Math.min(1, share)) * BAR_WIDTH);
  return '━'.repeat(full) + '┄'.repeat(BAR_WIDTH - full);
};

const TITLE_WIDTH = 45;

const stepLine = (step: Step, now: number): Line => {
  const title = step.title.padEnd(TITLE_WIDTH);
  const begun = step.begun ?? now;
  switch (step.status) {
    case 'waiting':
      return [piece(`  · ${title}`, 'dim')];
    case 'running':
      return [
        piece(`  ▸ ${title}`, 'bold'),
        piece(` ${progressBar((now - begun) / (step.limit * 1000))} `, 'busy'),
        piece(`${((now - begun) / 1000).toFixed(1)} s`),
      ];
    case 'done':
      return [piece('  ✔ ', 'good'), piece(title), piece(` ${step.result}`, 'good')];
    case 'failed':
      return [piece(`  ✘ ${title}`, 'bad'), piece(` ${step.result}`, 'bad')];
  }
};

/** What a director is doing, in a few words. */
const directorText = (holds: readonly string[], state: DirectorState): Piece => {
  if (state === 'off') return piece('heartbeat is not running', 'dim');
  const has = holds.length > 1 ? 'has both addresses' : holds.length === 1 ? `has ${holds[0]}` : '';
  if (state === 'cut off') return piece(holds.length > 1 ? 'cables pulled, still has both' : 'cables pulled', 'bad');
  return has === '' ? piece('standby', 'plain') : piece(has, 'good');
};

const directorLines = (picture: Picture): readonly Line[] =>
  DIRECTORS.map(({ name, outside }, index) => {
    const holds = picture.holds[name];
    const state = picture.directorStates[name];
    const reached = holds.length > 0 && state === 'running';
    return [
      piece(index === 0 ? `  clients ──▶ ${SERVICE_ADDRESS} ` : ' '.repeat(24)),
      piece(index === 0 ? '─┬─ ' : ' └─ ', 'dim'),
      piece(reached ? '●' : '○', reached ? 'good' : state === 'cut off' ? 'bad' : 'dim'),
      piece(` ${name} `, 'bold'),
      piece(`${outside}  `, 'dim'),
      directorText(holds, state),
    ];
  });

const webLines = (picture: Picture): readonly Line[] =>
  WEB_SERVERS.map(({ name, address }, index) => {
    const forwarded = picture.inTable[name];
    return [
      piece(index === 0 ? `  inside ──▶ ${GATEWAY_ADDRESS}`.padEnd(28) : ' '.repeat(28)),
      piece(forwarded === true ? '●' : '○', forwarded === true ? 'good' : forwarded === false ? 'bad' : 'dim'),
      piece(` ${name} `, 'bold'),
      piece(`${address}  `, 'dim'),
      piece(
        forwarded === true ? `${picture.rates[name]} answers/s` : forwarded === false ? 'taken out' : 'not in use',
        forwarded === false ? 'bad' : 'plain',
      ),
    ];
  });

/** The whole screen: at most `rows` lines of at most `columns` columns. */
export const drawScreen = (picture: Picture, columns: number, rows: number): readonly Line[] => {
  const width = Math.max(10, columns - 44);
  const rate = picture.history.at(-1) ?? 0;
  const head: readonly Line[] = [
    [
      piece('  ha-suite', 'bold'),
      piece(": the article's pair of directors, live".padEnd(Math.max(0, columns - 22))),
      piece(`${seconds(picture.now).padStart(8)} s`, 'dim'),
    ],
    [],
    ...directorLines(picture),
    ...webLines(picture),
    [],
    [
      piece('  answers/s '),
      piece(sparkline(picture.history.slice(-width), Math.max(...picture.history, 1)).padEnd(width), 'busy'),
      piece(` ${String(rate).padStart(3)} now, `),
      piece(`${picture.failures} failed`, picture.failures > 0 ? 'bad' : 'plain'),
    ],
    [],
    ...picture.steps.map((step) => stepLine(step, picture.now)),
    [],
  ];
  const room = Math.max(0, rows - head.length - 1);
  const events = room === 0 ? [] : picture.events.slice(-room);
  return [...head, ...events.map(({ at, text }): Line => [piece(`  ${seconds(at).padStart(7)}  `, 'dim'), piece(text)])]
    .slice(0, rows - 1)
    .map((line) => cutTo(line, columns - 1));
};
