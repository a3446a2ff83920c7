/** The file in which a life tells the next one how far the peers had got, so that recordings stay refused (ours alone). */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../log.js';
import { errorText } from '../../../platform/error-text.js';
import { readSmallFile } from '../../../platform/run-files.js';
import type { PeerSeen } from '../../cluster/interface.js';

/** Beside the files of the genuine daemon, which leaves it alone. */
export const PEERS_FILE = 'ha-suite-peers';

/** One line for each peer: name, generation and highest number, in decimal, with single blanks between them. */
export const peersText = (peers: readonly PeerSeen[]): string =>
  peers.map(({ name, generation, seq }) => `${name} ${generation} ${seq}\n`).join('');

/** The peers in such a text; what is no such line is passed over. */
export const parsePeers = (text: string): readonly PeerSeen[] =>
  text.split('\n').flatMap((line) => {
    const [, name, generation, seq] = /^(\S{1,64}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, generation: Number(generation), seq: Number(seq) }];
  });

export interface PeerMemory {
  /** What the last life knew. */
  readonly peers: readonly PeerSeen[];
  /** Keeps it for the next one; a disk that does not take it is named once. */
  readonly keep: (peers: readonly PeerSeen[]) => void;
}

/** Opens the memory in `folder` (/var/lib/heartbeat). Never throws: without it only old recordings are believed again. */
export const openPeerMemory = (folder: string, log: Log): PeerMemory => {
  const file = join(folder, PEERS_FILE);
  let failed = false;
  return {
    peers: parsePeers(readSmallFile(file)?.toString('latin1') ?? ''),
    keep: (peers) => {
      try {
        // Not forced to the disk: a heartbeat must never wait for one.
        writeFileSync(`${file}.new`, peersText(peers), { encoding: 'latin1', mode: 0o600 });
        renameSync(`${file}.new`, file);
        failed = false;
      } catch (error) {
        if (!failed) log('WARN', `Cannot write ${file}: ${errorText(error)}`);
        failed = true;
      }
    },
  };
};
