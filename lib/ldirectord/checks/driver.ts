/** Loads the optional packages that some checks need, when a check needs them. */
import { errorWords } from './error-words.js';
import { type Down, down } from './verdict.js';

export type Driver<T> = { readonly driver: T; readonly failure?: undefined } | { readonly failure: Down };

/** What the administrator has to do; the text of the error goes along, in case the package is there but broken. */
const missing = (service: string, name: string, error: unknown): string => {
  const why = errorWords(error).split('\n')[0];
  return `service=${service} needs the npm package '${name}', which cannot be loaded (${why}): install it where ha-suite is installed (npm install ${name}) and restart; until then these real servers count as down`;
};

/** The package, or L7EXEC with a line for the log that says which one is missing. */
export const loadDriver = async <T>(service: string, name: string, load: () => Promise<T>): Promise<Driver<T>> => {
  try {
    return { driver: await load() };
  } catch (error) {
    return { failure: down('L7EXEC', '', { detail: `no ${name}`, note: missing(service, name, error) }) };
  }
};
