/** Keeps a drawn screen on a terminal up to date, and puts the terminal back as it was. */
import { styleText } from 'node:util';
import type { Picture } from './model.js';
import { drawScreen, type Line, type Style } from './screen.js';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const FRAME_MS = 100;

const paint = (text: string, style: Style): string => {
  switch (style) {
    case 'plain':
      return text;
    case 'bold':
      return styleText('bold', text);
    case 'dim':
      return styleText('gray', text);
    case 'good':
      return styleText('green', text);
    case 'bad':
      return styleText('red', text);
    case 'busy':
      return styleText('cyan', text);
  }
};

const colours = process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';

export const paintLine = (line: Line): string =>
  line.map(({ text, style }) => (colours ? paint(text, style) : text)).join('');

export interface Terminal {
  /** Stops drawing and restores what was on the terminal before. */
  readonly leave: () => void;
}

/** Draws `picture()` ten times a second on the alternate screen until `leave` is called or the process ends. */
export const drawOn = (stream: NodeJS.WriteStream, picture: () => Picture): Terminal => {
  const draw = (): void => {
    const lines = drawScreen(picture(), stream.columns ?? 80, stream.rows ?? 24);
    stream.write(HOME + lines.map((line) => paintLine(line) + CLEAR_LINE).join('\r\n') + CLEAR_BELOW);
  };
  let drawing = true;
  const leave = (): void => {
    if (!drawing) return;
    drawing = false;
    clearInterval(timer);
    process.removeListener('exit', leave);
    stream.write(LEAVE);
  };
  stream.write(ENTER);
  draw();
  const timer = setInterval(draw, FRAME_MS);
  process.on('exit', leave);
  return { leave };
};
