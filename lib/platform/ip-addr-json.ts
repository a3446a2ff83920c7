/** Reads what `ip -json addr show` prints. */
import type { AddressEntry } from './address-entry.js';

interface JsonAddress {
  readonly family?: unknown;
  readonly local?: unknown;
  readonly prefixlen?: unknown;
  readonly broadcast?: unknown;
  readonly label?: unknown;
  readonly secondary?: unknown;
  readonly tentative?: unknown;
  readonly dadfailed?: unknown;
}

const entryOf = (device: string, json: JsonAddress): readonly AddressEntry[] => {
  const { family, local, prefixlen, broadcast, label } = json;
  if (typeof local !== 'string' || typeof prefixlen !== 'number' || (family !== 'inet' && family !== 'inet6'))
    return [];
  return [
    {
      device,
      family: family === 'inet' ? 'ipv4' : 'ipv6',
      address: local,
      prefix: prefixlen,
      ...(typeof broadcast === 'string' ? { broadcast } : {}),
      ...(typeof label === 'string' && family === 'inet' ? { label } : {}),
      secondary: json.secondary === true && family === 'inet',
      tentative: json.tentative === true,
      duplicate: json.dadfailed === true,
    },
  ];
};

/** The addresses in the order printed, or a string that says that this is not such output. */
export const parseIpAddr = (output: string): readonly AddressEntry[] | string => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    return 'ip(8) printed no JSON (is iproute2 older than 4.13?)';
  }
  if (!Array.isArray(parsed)) return 'ip(8) printed unexpected JSON';
  return parsed.flatMap((link: { ifname?: unknown; addr_info?: unknown } | null) =>
    typeof link?.ifname === 'string' && Array.isArray(link.addr_info)
      ? link.addr_info.flatMap((info: JsonAddress | null) => (info === null ? [] : entryOf(String(link.ifname), info)))
      : [],
  );
};
