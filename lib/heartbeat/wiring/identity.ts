/** Who this daemon is on the wire: generation and uuid, on the disk before the first packet leaves. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '../../log.js';
import { readSmallFile, writeDurably } from '../../platform/run-files.js';
import type { Millis } from '../../time.js';
import { generationText, nextGeneration } from './generation.js';

export interface Identity {
  readonly generation: number;
  /** 16 bytes. */
  readonly uuid: Uint8Array;
}

/** A random (version 4) uuid as 16 bytes. */
const freshUuid = (): Uint8Array => {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes;
};

/**
 * Reads and steps hb_generation, reads or makes hb_uuid in `folder` (/var/lib/heartbeat). Throws when they cannot be
 * written: without a persistent generation peers would take us for a replay after the next start.
 */
export const takeIdentity = (folder: string, method: 'file' | 'time', wall: Millis, log: Log): Identity => {
  const generationFile = join(folder, 'hb_generation');
  const next = nextGeneration(readSmallFile(generationFile)?.toString('latin1'), method, wall);
  if (next.warning !== undefined) log('WARN', next.warning);
  writeDurably(generationFile, Buffer.from(generationText(next.generation), 'latin1'), 0o644);
  log('info', `Heartbeat generation: ${next.generation}`);

  const uuidFile = join(folder, 'hb_uuid');
  const known = readSmallFile(uuidFile);
  if (known !== undefined && known.length === 16) return { generation: next.generation, uuid: known };
  log('info', 'No uuid found for current node - generating a new uuid.');
  const uuid = freshUuid();
  writeDurably(uuidFile, uuid, 0o644);
  return { generation: next.generation, uuid };
};
