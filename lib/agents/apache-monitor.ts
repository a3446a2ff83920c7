/** Asks a web server on this machine whether it serves. */
import { get, request } from 'node:http';
import { seconds } from '../time.js';

/** For each of the two questions. */
const PATIENCE = seconds(5);
/** Bytes that are read of a status page. */
const LIMIT = 1 << 20;

const giveUp = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);

/** The beginning of the page; undefined when there is none. */
const page = (url: string, signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve) => {
    const question = get(url, { signal: giveUp(signal), agent: false }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        if (text.length < LIMIT) text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', () => resolve(undefined));
    });
    question.on('error', () => resolve(undefined));
  });

/** Whether there is an answer at all, whatever it says. */
const answers = (url: string, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const question = request(url, { method: 'HEAD', signal: giveUp(signal), agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    question.on('error', () => resolve(false));
    question.end();
  });

/** Its status page ends as a page should, or else it answers at all. */
export const serves = async (url: string, statusPath: string, signal: AbortSignal): Promise<boolean> => {
  try {
    const text = await page(`${url}${statusPath}`, signal);
    return (text !== undefined && /<\/ *html *>/i.test(text)) || (await answers(url, signal));
  } catch {
    // Not a URL: what stands after Listen makes none.
    return false;
  }
};
