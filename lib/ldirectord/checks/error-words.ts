/** What an error of a driver says. */

/** Its message; errors of another realm (a test's) count too. */
export const errorWords = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
