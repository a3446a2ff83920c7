/** hb_standby and hb_takeover: their arguments, the message they put into the FIFO, and their log line (reference 8.4). */
import type { Message } from './wire/message.js';
import { message } from './wire/message.js';

export type HandOver = 'hb_standby' | 'hb_takeover';

const WORDS = ['all', 'foreign', 'local', 'failback'];

export type HandOverRequest =
  | { readonly ok: true; readonly message: Message; readonly log: string | undefined }
  | { readonly ok: false; readonly stdout: string; readonly stderr: string };

/** What a call means. `called` is the name under which the program was called, as it appears in its usage. */
export const parseHandOver = (kind: HandOver, called: string, args: readonly string[]): HandOverRequest => {
  const wrong = (complaint: string): HandOverRequest => ({
    ok: false,
    stdout: `${complaint}usage:\n`,
    stderr: `${called} [${WORDS.join('|')}]\n`,
  });
  const [word = 'all', ...more] = args;
  if (more.length > 0) return wrong(`${called}: too many arguments\n`);
  if (word === '--help') return wrong('');
  if (!WORDS.includes(word)) return wrong(`${called}: wrong resources(${word}).\n`);
  if (kind === 'hb_takeover') return { ok: true, message: message({ t: kind, rsc_hold: word }), log: undefined };
  const held = word === 'failback' ? 'foreign' : word;
  return {
    ok: true,
    message: message({ t: 'ask_resources', rsc_hold: held, info: 'me' }),
    log: `Going standby [${held}].`,
  };
};
