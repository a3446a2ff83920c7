/** Who this daemon is on the wire: generation and uuid, on the disk before the first packet leaves. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../log.js';
import { errorText } from '../../../platform/error-text.js';
import { readSmallFile, writeDurably } from '../../../platform/run-files.js';
import type { Millis } from '../../../time.js';
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

/** Puts a number of the same length in place of the old one, which also a full disk allows. */
const overwrite = (path: string, content: Uint8Array): void => {
  const fd = openSync(path, constants.O_WRONLY | constants.O_SYNC | constants.O_NOFOLLOW);
  try {
    writeSync(fd, content, 0, content.length, 0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Throws the first reason when it can be written in no way. */
const keep = (path: string, content: Uint8Array, before: Buffer | undefined): void => {
  try {
    writeDurably(path, content, 0o644);
  } catch (error) {
    if (before?.length !== content.length) throw error;
    try {
      overwrite(path, content);
    } catch {
      throw error;
    }
  }
};

/**
 * Reads and steps hb_generation, reads or makes hb_uuid in `folder` (/var/lib/heartbeat). Throws when they cannot be
 * written: without a persistent generation peers would take us for a replay after the next start. A daemon that has lived
 * before goes on without, and says so: ending now would be the greater harm.
 *
 * @param before who this process was in its last life
 */
export const takeIdentity = (
  folder: string,
  method: 'file' | 'time',
  wall: Millis,
  log: Log,
  before?: Identity,
): Identity => {
  const store = (name: string, content: Uint8Array, known: Buffer | undefined): void => {
    try {
      keep(join(folder, name), content, known);
    } catch (error) {
      if (before === undefined) throw error;
      log('ERROR', `${join(folder, name)} cannot be written (${errorText(error)}): it must be before the next start.`);
    }
  };
  const file = readSmallFile(join(folder, 'hb_generation'));
  const next = nextGeneration(file?.toString('latin1'), method, wall);
  if (next.warning !== undefined) log('WARN', next.warning);
  // Never back, whatever became of the file meanwhile.
  const generation = Math.max(next.generation, (before?.generation ?? 0) + 1);
  store('hb_generation', Buffer.from(generationText(generation), 'latin1'), file);
  log('info', `Heartbeat generation: ${generation}`);

  const known = readSmallFile(join(folder, 'hb_uuid'));
  if (known !== undefined && known.length === 16) return { generation, uuid: known };
  if (before === undefined) log('info', 'No uuid found for current node - generating a new uuid.');
  const uuid = before?.uuid ?? freshUuid();
  store('hb_uuid', uuid, known);
  return { generation, uuid };
};
