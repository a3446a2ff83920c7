/** Reads from `ipvsadm -L -n` which real servers a table forwards to. Pure. */

/** Addresses of all real servers with a weight above 0, e.g. from `  -> 192.168.120.86:80  Masq  1  0  0`. */
export const parseForwarded = (listing: string): ReadonlySet<string> =>
  new Set(
    listing.split('\n').flatMap((line) => {
      const [, address, weight] = /^\s+-> (\S+):\d+\s+\S+\s+(\d+)\s/.exec(line) ?? [];
      return address !== undefined && Number(weight) > 0 ? [address] : [];
    }),
  );
