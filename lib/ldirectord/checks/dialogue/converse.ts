/** Holds a dialogue over a channel: bounded in memory and data, and done at the latest when the signal fires. */
import { onAbort } from '../socket.js';
import { down, type Verdict } from '../verdict.js';
import type { Channel } from './channel.js';
import type { Act, Dialogue } from './dialogue.js';
import { createLineBuffer } from './line-buffer.js';

/** More than this is no short dialogue; a server that floods us must not cost the other checks their time. */
const MAX_TOTAL = 1 << 20;
/** How long a server may take for its goodbye once the verdict stands, in milliseconds. */
const PARTING = 1_000;
/** A datagram that may have got lost is sent again after so many milliseconds. */
const AGAIN = 1_000;

/** What the second connection of the dialogue will bring; rejects never, and is asked for at most once. */
export type Transfer = () => Promise<string>;

type Waiting = Extract<Act, { readonly act: 'line' | 'line-or-end' | 'bytes' | 'transfer' }>['act'];

/**
 * Runs the dialogue to its verdict, closes the channel and never rejects.
 *
 * A connection that breaks or ends too early, a flood, and silence at the deadline are judged here; each failure says at
 * which step it came.
 */
export const converse = (
  channel: Channel,
  dialogue: Dialogue,
  signal: AbortSignal,
  transfer: Transfer = async () => '',
): Promise<Verdict> =>
  new Promise((resolve) => {
    const buffer = createLineBuffer();
    let standing: Verdict | undefined;
    let parting: NodeJS.Timeout | undefined;
    let repeating: NodeJS.Timeout | undefined;
    let waiting: Waiting | undefined;
    let about = '';
    let total = 0;
    let ended = false;
    let over = false;
    let forget = (): void => undefined;

    const finish = (verdict: Verdict): void => {
      over = true;
      clearTimeout(parting);
      clearInterval(repeating);
      forget();
      channel.close();
      resolve(standing ?? verdict);
    };
    const at = (what: string): string => (about === '' ? `${what} before the greeting` : `${what} after ${about}`);
    const silence = (): Verdict =>
      down('L7TIMEOUT', '', { detail: about === '' ? 'no greeting' : `no complete answer to ${about}` });

    /** What there is for a step that waits; undefined: nothing yet. */
    const supply = (step: Waiting): { readonly heard: string | undefined } | undefined => {
      switch (step) {
        case 'transfer':
          return undefined;
        case 'bytes': {
          const heard = buffer.rest();
          return heard === '' ? undefined : { heard };
        }
        default: {
          const heard = buffer.line() ?? (ended ? buffer.rest() : undefined);
          if (heard !== undefined && heard !== '') return { heard };
          return ended && step === 'line-or-end' ? { heard: undefined } : undefined;
        }
      }
    };

    const resume = (heard: string | undefined): void => {
      waiting = undefined;
      let result = dialogue.next(heard);
      while (!over) {
        if (result.done === true) {
          finish(result.value);
          return;
        }
        const step = result.value;
        switch (step.act) {
          case 'say':
            about = step.about;
            channel.send(step.text);
            if (step.again === true && channel.datagrams) repeating = setInterval(() => channel.send(step.text), AGAIN);
            result = dialogue.next();
            break;
          case 'finish':
            channel.finish();
            result = dialogue.next();
            break;
          case 'conclude':
            standing = step.verdict;
            parting = setTimeout(() => finish(step.verdict), PARTING);
            result = dialogue.next();
            break;
          case 'transfer':
            waiting = 'transfer';
            void transfer().then((text) => {
              if (!over) resume(text);
            });
            return;
          default: {
            const supplied = supply(step.act);
            if (supplied === undefined) {
              waiting = step.act;
              giveUpIfEnded();
              return;
            }
            result = dialogue.next(supplied.heard);
          }
        }
      }
    };

    /** Looks whether what the dialogue waits for has come. */
    const advance = (): void => {
      if (over || waiting === undefined) return;
      const supplied = supply(waiting);
      if (supplied === undefined) giveUpIfEnded();
      else resume(supplied.heard);
    };
    const giveUpIfEnded = (): void => {
      // A transfer goes on although the server has ended the first connection.
      if (ended && waiting !== 'transfer') finish(down('L7RESPONSE', '', { detail: at('connection closed') }));
    };

    forget = onAbort(signal, () => finish(silence()));
    if (over) return;
    channel.listen({
      data: (chunk) => {
        if (over) return;
        clearInterval(repeating);
        total += chunk.length;
        if (total > MAX_TOTAL) {
          finish(down('L7RESPONSE', '', { detail: at(`more than ${MAX_TOTAL} bytes`) }));
          return;
        }
        buffer.push(chunk);
        // The end of a datagram ends its last line.
        if (channel.datagrams && chunk.at(-1) !== 10) buffer.push(Buffer.from('\n'));
        advance();
      },
      end: () => {
        if (over) return;
        ended = true;
        advance();
      },
      error: (cause, why) => {
        if (!over) finish(down(cause, '', { detail: at(why.toLowerCase()) }));
      },
    });
    resume(undefined);
  });
