/** The code of a failed system call, e.g. `EEXIST`. */

/** Undefined for anything that is no error with a code. Errors of another realm (a test's) count too. */
export const errorCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
