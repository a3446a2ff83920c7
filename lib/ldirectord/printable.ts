/** Text of a stranger on one line of a log or file. */

/** What would end the line, or is no character at all, as `%` and two hex digits (ldirectord reference 5.4). */
export const printable = (text: string): string =>
  text.replace(/[%|\x00-\x1f\x7f]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
