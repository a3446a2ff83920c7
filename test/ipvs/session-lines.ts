/** How the command lines of a recorded session are written down. */

export interface Line {
  readonly argv: readonly string[];
  readonly input?: string;
}

/** One command line in each line of text. */
export const lines = (text: string): readonly Line[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({ argv: line === '(nothing)' ? [] : line.split(' ') }));

/** Every listing of a whole table. */
export const LISTINGS = `-L
  -L -n
  -Ln --stats
  -Ln --rate
  -Ln --stats --exact
  -Ln --rate --exact
  -Ln --thresholds
  -Ln --persistent-conn
  -Ln --tun-info
  -Ln --exact
  -Ln --sort
  -S
  -Sn`;
