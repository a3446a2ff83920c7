/** hb_standby and hb_takeover: their arguments, the message they put into the FIFO, and their log line (reference 8.4). */
import type { Message } from '../wire/message.js';
import { message } from '../wire/message.js';

export type HandOver = 'hb_standby' | 'hb_takeover';

const WORDS = ['all', 'foreign', 'local', 'failback'];

export type HandOverRequest =
  | { readonly ok: true; readonly message: Message; readonly log: string | undefined }
  /** `more`: what follows the genuine text on standard error; of a call for help only. */
  | { readonly ok: false; readonly stdout: string; readonly stderr: string; readonly more?: string };

const MEANINGS = `
  all       every resource group (if no word is given)
  local     the groups that haresources gives to this node
  foreign   the groups that it gives to the other node
  failback  `;

const HELP: Readonly<Record<HandOver, string>> = {
  hb_standby: `
Hands resource groups of this node over to the other one, and returns at once.
${MEANINGS}the same as foreign
  --help    this text

Examples:
  hb_standby                 before work on this node: everything goes to the other one
  hb_standby foreign         give back what belongs to the other node
  cl_status rscstatus -m     what came of it; the log of heartbeat says why
`,
  hb_takeover: `
Asks the other node to hand resource groups over to this one, and returns at once.
${MEANINGS}the same as local
  --help    this text

Examples:
  hb_takeover                everything comes here
  hb_takeover local          only what belongs here comes back
  cl_status rscstatus -m     what came of it; the log of heartbeat says why
`,
};

/** What a call means. `called` is the name under which the program was called, as it appears in its usage. */
export const parseHandOver = (kind: HandOver, called: string, args: readonly string[]): HandOverRequest => {
  const wrong = (complaint: string) => ({
    ok: false as const,
    stdout: `${complaint}usage:\n`,
    stderr: `${called} [${WORDS.join('|')}]\n`,
  });
  const [word = 'all', ...more] = args;
  if (more.length > 0) return wrong(`${called}: too many arguments\n`);
  if (word === '--help') return { ...wrong(''), more: HELP[kind] };
  if (!WORDS.includes(word)) return wrong(`${called}: wrong resources(${word}).\n`);
  if (kind === 'hb_takeover') return { ok: true, message: message({ t: kind, rsc_hold: word }), log: undefined };
  const held = word === 'failback' ? 'foreign' : word;
  return {
    ok: true,
    message: message({ t: 'ask_resources', rsc_hold: held, info: 'me' }),
    log: `Going standby [${held}].`,
  };
};
