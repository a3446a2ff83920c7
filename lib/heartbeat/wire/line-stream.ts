/** Cuts a byte stream (FIFO, serial line) into text messages; damaged ones are reported and skipped. */
import { MAX_UNPACKED } from './limits.js';
import { printable } from './result.js';

/** What has arrived of a message that is not complete yet; one byte per character. */
export interface LineStream {
  readonly pending: string;
}

export const emptyLineStream: LineStream = { pending: '' };

/** `complete` are whole messages from `>>>` to `<<<`, to be given to decodeText or decodePacket. */
export interface LineStreamStep {
  readonly stream: LineStream;
  readonly complete: readonly Uint8Array[];
  /** One line for the log each, in genuine wording where there is one (heartbeat reference 2.7). */
  readonly problems: readonly string[];
}

/**
 * Takes the next bytes. Text outside a message is reported; a message that another one interrupts (two writers at
 * once) is dropped, and the second is kept.
 */
export const feedLines = (stream: LineStream, chunk: Uint8Array): LineStreamStep => {
  const lines = (stream.pending + Buffer.from(chunk).toString('latin1')).split('\n');
  const rest = lines.pop() ?? '';
  const complete: Uint8Array[] = [];
  const problems: string[] = [];
  let open: string[] | undefined;
  for (const line of lines) {
    if (line === '>>>') {
      if (open !== undefined) problems.push(`NV failure (msgfromsteam): [${printable(open.join(' '))}]`);
      open = [line];
    } else if (open === undefined) {
      if (line.trim() !== '') problems.push(`message starts not with >>>: ${printable(line)}`);
    } else {
      open.push(line);
      if (line === '<<<') {
        complete.push(Buffer.from(`${open.join('\n')}\n`, 'latin1'));
        open = undefined;
      }
    }
  }
  const pending = open === undefined ? rest : [...open, rest].join('\n');
  if (pending.length <= MAX_UNPACKED) return { stream: { pending }, complete, problems };
  return { stream: emptyLineStream, complete, problems: [...problems, 'message without end is too long, dropped'] };
};
