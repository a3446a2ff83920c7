/** Text of a stranger that is to be shown on one line. */

/** What cannot be seen, or turns the writing round, becomes a blank. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ');
