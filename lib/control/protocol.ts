/**
 * The words of the control sockets: a client sends one line of JSON, the daemon answers with lines of JSON.
 *
 * `{"version":1,"ask":"snapshot"}` gets one line. `summary` gets one short line, of a daemon that has one for the other
 * node. `{"version":1,"ask":"events","after":7,"follow":true}` gets a line for
 * each event after number 7, and with `follow` goes on until the client hangs up.
 */

/** Raised when a question changes its meaning; a daemon refuses a version that it does not know. */
export const CONTROL_VERSION = 1;

/** No honest question is longer, in bytes. */
export const MAX_QUESTION = 4096;

export type Question =
  | { readonly ask: 'snapshot' }
  | { readonly ask: 'summary' }
  | { readonly ask: 'events'; readonly after: number; readonly follow: boolean };

/** The line of a question, with its end. */
export const questionLine = (question: Question): string =>
  `${JSON.stringify({ version: CONTROL_VERSION, ...question })}\n`;

/** The line of a refusal, without its end. */
export const refusalLine = (error: string): string => JSON.stringify({ version: CONTROL_VERSION, error });

/** Reads a question, or says what is wrong with it. Never throws. */
export const parseQuestion = (line: string): Question | { readonly error: string } => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { error: 'a question is one line of JSON' };
  }
  const field = (name: string): unknown => Reflect.get(Object(value), name);
  if (field('version') !== CONTROL_VERSION) return { error: `this daemon speaks version ${CONTROL_VERSION}` };
  const after = field('after') ?? 0;
  const ask = field('ask');
  switch (ask) {
    case 'snapshot':
    case 'summary':
      return { ask };
    case 'events':
      if (typeof after !== 'number' || !Number.isSafeInteger(after)) return { error: 'after is a whole number' };
      return { ask: 'events', after, follow: field('follow') === true };
    default:
      return { error: 'ask is snapshot or events' };
  }
};

/** The reason when an answer is a refusal. */
export const refusalIn = (answer: unknown): string | undefined => {
  const error: unknown = Reflect.get(Object(answer), 'error');
  return typeof error === 'string' ? error : undefined;
};
