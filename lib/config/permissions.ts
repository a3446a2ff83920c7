/** Who may write a file that decides what runs as root. */

/**
 * What to say about a file that others than root (or `self`, the user who asks) may write; undefined when nobody else may.
 * `mode` may hold more than the permission bits.
 */
export const openToOthersMessage = (
  { mode, uid }: { readonly mode: number; readonly uid: number },
  self: number | undefined,
): string | undefined => {
  const own = uid === 0 || uid === self;
  if (own && (mode & 0o022) === 0) return undefined;
  const who = own ? `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}` : `owner ${uid}`;
  return `others than root may write it (${who}), and so decide what runs as root: chown root, chmod 644`;
};
