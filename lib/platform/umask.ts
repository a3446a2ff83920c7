/** Makes things with exactly the mode asked for: a chmod afterwards would follow a link that somebody has put there meanwhile. */

/** Calls `make` (which must do its work before it returns) with a umask that leaves no bit of the permissions but `mode`. */
export const withMode = <T>(mode: number, make: () => T): T => {
  const inherited = process.umask(0o777 & ~mode);
  try {
    return make();
  } finally {
    process.umask(inherited);
  }
};
