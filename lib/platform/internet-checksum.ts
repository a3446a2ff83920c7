/** The checksum of IP, ICMP and their relatives (RFC 1071). */

/** One's complement sum of big-endian 16-bit words; an odd last byte counts as its word's high half. */
export const internetChecksum = (...parts: readonly Uint8Array[]): number => {
  let sum = 0;
  let odd = false;
  for (const part of parts) {
    for (const byte of part) {
      sum += odd ? byte : byte << 8;
      odd = !odd;
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
};
