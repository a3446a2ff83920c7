/** The line that tells how an agent is called as a script. */
import { DESCRIPTIONS } from './descriptions.js';

/** `usage: NAME arguments {start|stop|...}`; optional arguments stand in brackets. */
export const usage = (name: string, verbs: readonly string[]): string =>
  [
    `usage: ${name}`,
    ...(DESCRIPTIONS[name]?.parameters ?? []).map(({ short, required }) => (required ? short : `[${short}]`)),
    `{${verbs.join('|')}}`,
  ].join(' ');
