/** The system's words for a failed call, as strerror(3) has them. */
import { getSystemErrorMap } from 'node:util';

/** `Network is unreachable` for an error with a system code, its message for any other. */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  const known = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1];
  return known === undefined ? error.message : known.charAt(0).toUpperCase() + known.slice(1);
};
