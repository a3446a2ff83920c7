/** The words of a dialogue: what a check says and waits for, as a pure generator that knows neither sockets nor clocks. */
import { type Cause, down, type Verdict } from '../verdict.js';

/** One step. The generator is resumed with a line for `line` and `line-or-end`, with bytes for `bytes` and `transfer`. */
export type Act =
  /**
   * Sends `text`; `about` names it in failures (never a password). With `again` it is sent every second over datagrams,
   * which may get lost, until something is heard.
   */
  | { readonly act: 'say'; readonly text: string; readonly about: string; readonly again?: true }
  /** The next line with its line end; a connection that ends first ends the check. */
  | { readonly act: 'line' }
  /** The next line; undefined at the end of the connection. */
  | { readonly act: 'line-or-end' }
  /** Whatever comes first. */
  | { readonly act: 'bytes' }
  /** Ends the sending side. */
  | { readonly act: 'finish' }
  /** What the second connection of the dialogue brings (ftp). */
  | { readonly act: 'transfer' }
  /** From here on `verdict` stands: what follows is politeness, and neither failure nor silence changes it. */
  | { readonly act: 'conclude'; readonly verdict: Verdict };

/** Text is bytes, one character each (latin1). */
export type Dialogue<Result = Verdict> = Generator<Act, Result, string | undefined>;

/** Sends a command line. The first word names it in failures, unless `about` does. */
export function* say(command: string, about = command.replace(/ .*$/s, '')): Dialogue<void> {
  yield { act: 'say', text: `${command}\r\n`, about };
}

/** The next line, without its line end. */
export function* hear(): Dialogue<string> {
  const line = yield { act: 'line' };
  return (line ?? '').replace(/\r?\n$/, '');
}

export function* ask(command: string, about?: string): Dialogue<string> {
  yield* say(command, about);
  return yield* hear();
}

export function* conclude(verdict: Verdict): Dialogue<void> {
  yield { act: 'conclude', verdict };
}

/** Longest piece of an answer that a verdict keeps. */
const MAX_DETAIL = 200;

/**
 * A failure with the server's own line as its detail. Its text stays empty: that is what the genuine monitorfile shows
 * for these services (ldirectord reference 4.4, 5.4).
 */
export const refused = (cause: Cause, line: string): Verdict =>
  down(cause, '', { detail: line.trim().slice(0, MAX_DETAIL) });
