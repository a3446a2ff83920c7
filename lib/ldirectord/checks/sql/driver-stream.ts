/** The connection that a database driver is given: of bounded size, and a driver that throws breaks only its own check. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/**
 * Passes everything on to a connected socket, whose owner it becomes.
 *
 * Drivers parse inside the events of their stream, and what they throw there at the nonsense of a server would end the
 * daemon. Here it destroys the stream with that error, as does an answer of more than `limit` bytes.
 */
export class DriverStream extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, limit: number) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    let received = 0;
    this.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > limit) this.destroy(new Error('the answer is too long'));
      else if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    try {
      return super.emit(event, ...args);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
      return true;
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: Done): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  /** Drivers think that they connect themselves; that has been done. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  // What else drivers ask of a socket and what has no meaning here.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
