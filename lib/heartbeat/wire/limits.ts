/** How large things may be on the wire (heartbeat reference 3.8). */

/** Longest packet that is read, in bytes. */
export const MAX_PACKET = 256 * 1024;

/** Longest message after unpacking, in bytes. */
export const MAX_UNPACKED = 2 * 1024 * 1024;

/** Deepest nesting of structs that the text form can carry. */
export const MAX_DEPTH = 16;
