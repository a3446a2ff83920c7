/** The recordings of the genuine heartbeat: their keys and all their packets. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthKey, AuthKeys, DigestMethod } from '../../lib/heartbeat/config/model.js';
import { fixture } from './paths.js';
import { readPcap } from './pcap.js';

/** Folder names under compat-fixtures/heartbeat that hold a recording with authkeys. */
export const recordings = (): readonly string[] =>
  readdirSync(fixture('heartbeat'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'config-errors')
    .map((entry) => entry.name)
    .sort();

/** The files of a recording with the given ending. */
export const filesOf = (recording: string, ending: string): readonly string[] =>
  readdirSync(fixture('heartbeat', recording))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(fixture('heartbeat', recording), name));

/** The keys of a recording, read without the project's own parser so that the codec is tested alone. */
export const keysOf = (recording: string): AuthKeys => {
  const lines = readFileSync(fixture('heartbeat', recording, 'authkeys'), 'latin1')
    .trim()
    .split('\n');
  const words = lines.map((line) => line.split(/\s+/));
  const keys = new Map<number, AuthKey>();
  for (const [index, method, key] of words)
    if (index !== 'auth')
      keys.set(Number(index), { index: Number(index), method: method as DigestMethod, key: key ?? '' });
  const sign = keys.get(Number(words.find(([word]) => word === 'auth')?.[1]));
  if (sign === undefined) throw new Error(`${recording}: authkeys without a signing key`);
  return { sign, keys };
};

/** Every complete heartbeat packet of a recording: UDP payloads, ping payloads and messages of serial byte streams. */
export const packetsOf = (recording: string): readonly { readonly file: string; readonly data: Uint8Array }[] => [
  ...filesOf(recording, '.pcap').flatMap((file) =>
    readPcap(file)
      .filter((packet) => packet.complete && (packet.protocol !== 'udp' || packet.port === 694))
      .map(({ payload }) => ({ file, data: payload })),
  ),
  ...filesOf(recording, '.bin').flatMap((file) =>
    readFileSync(file, 'latin1')
      .split(/(?<=^<<<\n)/m)
      .map((data) => ({ file, data: Buffer.from(data, 'latin1') })),
  ),
];
