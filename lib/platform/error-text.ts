/** The system's words for a failed call, as strerror(3) has them. */
import { getSystemErrorMap } from 'node:util';
import { errorCode } from './error-code.js';

/** `Network is unreachable` for an error with a system code, its message for any other. */
export const errorText = (error: unknown): string => {
  const code = errorCode(error);
  const known = [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1];
  if (known !== undefined) return known.charAt(0).toUpperCase() + known.slice(1);
  return error instanceof Error ? error.message : String(error);
};
