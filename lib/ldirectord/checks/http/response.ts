/** Reads an http answer as it arrives, with the patience of the genuine client and a limit on what is kept. */
import { STATUS_CODES } from 'node:http';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** A complete answer. The body is bytes, one character each (latin1); transfer-coding is removed, content-coding is not. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly location: string | undefined;
  readonly body: string;
}

export type Reading =
  | { readonly state: 'more' }
  | { readonly state: 'done'; readonly answer: Answer }
  | { readonly state: 'broken'; readonly reason: string };

export interface Reader {
  /** Takes the next bytes. */
  push(chunk: Buffer): Reading;
  /** Nothing more will come: the last word about what arrived. */
  end(): Reading;
  /** Whether the body has begun: from there on even a connection that breaks leaves an answer. */
  inBody(): boolean;
}

/** Headers larger than this are no answer. */
const MAX_HEAD = 1 << 18;

interface Head {
  readonly status: number;
  readonly reason: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** Parses status line and headers; undefined when the first line is no HTTP status line. */
const parseHead = (text: string): Head | undefined => {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const match = /^HTTP\/\S*\s+([1-5]\d\d)(?:\s+(.*))?$/.exec(first);
  if (match === null) return undefined;
  const headers = new Map<string, string>();
  let last = '';
  for (const line of rest) {
    const field = /^([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line);
    if (field !== null) {
      last = (field[1] ?? '').toLowerCase();
      const before = headers.get(last);
      headers.set(last, before === undefined ? (field[2] ?? '') : `${before}, ${field[2] ?? ''}`);
    } else if (/^[ \t]/.test(line) && last !== '') {
      headers.set(last, `${headers.get(last) ?? ''} ${line.trim()}`.trim());
    }
  }
  const status = Number(match[1]);
  return { status, reason: match[2]?.trim() || (STATUS_CODES[status] ?? 'Unknown code'), headers };
};

const NOTHING = Buffer.alloc(0);

/** Undoes the compressing transfer-codings that the request's TE header offers; of damaged data nothing is left. */
const decode = (body: Buffer, codings: readonly string[], limit: number): Buffer => {
  let data = body;
  try {
    for (const coding of [...codings].reverse()) {
      const options = { maxOutputLength: limit };
      if (coding === 'gzip' || coding === 'x-gzip') data = gunzipSync(data, options);
      else if (coding === 'deflate') {
        // "deflate" should carry a zlib header; some servers send it bare.
        try {
          data = inflateSync(data, options);
        } catch {
          data = inflateRawSync(data, options);
        }
      } else if (coding !== 'identity') return NOTHING;
    }
  } catch {
    return NOTHING;
  }
  return data;
};

/** Counts a body to its end but keeps only its first `limit` bytes. */
const bodyKeeper = (limit: number) => {
  const chunks: Buffer[] = [];
  let kept = 0;
  return {
    add: (part: Buffer): void => {
      if (part.length === 0 || kept >= limit) return;
      const piece = part.subarray(0, limit - kept);
      chunks.push(piece);
      kept += piece.length;
    },
    bytes: (): Buffer => Buffer.concat(chunks),
  };
};

type Mode = 'head' | 'close' | 'length' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'done' | 'broken';

/**
 * Reads one answer to `method`. At most `limit` bytes of the body are kept; the rest is read and thrown away, so that
 * an endless body runs into the deadline as it does with genuine, without filling the memory.
 */
export const answerReader = (method: 'GET' | 'HEAD', limit: number): Reader => {
  let mode: Mode = 'head';
  let pending: Buffer = Buffer.alloc(0);
  let left = 0;
  let head: Head = { status: 200, reason: 'Assumed OK', headers: new Map() };
  let codings: readonly string[] = [];
  let problem = '';
  let hasHead = false;
  const body = bodyKeeper(limit);

  const fail = (reason: string): void => {
    mode = 'broken';
    problem = reason;
  };

  const takeLine = (): string | undefined => {
    const end = pending.indexOf(10);
    if (end < 0) {
      if (pending.length > MAX_HEAD) fail('line too long');
      return undefined;
    }
    const line = pending.subarray(0, end).toString('latin1').replace(/\r$/, '');
    pending = pending.subarray(end + 1);
    return line;
  };

  /** How the body ends (RFC 9112 6.3). */
  const bodyMode = (): void => {
    const { status, headers } = head;
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) {
      mode = 'done';
      return;
    }
    const words = (headers.get('transfer-encoding') ?? '').toLowerCase().split(',');
    const all = words.map((word) => word.replace(/;.*$/, '').trim()).filter((word) => word !== '');
    codings = all.filter((word) => word !== 'chunked');
    const length = /^\d+/.exec(headers.get('content-length') ?? '')?.[0];
    if (all.includes('chunked')) mode = 'chunk-size';
    else if (all.length > 0 || length === undefined) mode = 'close';
    else {
      left = Number(length);
      mode = left === 0 ? 'done' : 'length';
    }
  };

  const readHead = (): boolean => {
    const text = pending.toString('latin1');
    // Anything that does not begin like HTTP is an answer without a head, taken as its body (status assumed).
    if (!'HTTP/'.startsWith(text.slice(0, 5))) {
      mode = 'close';
      hasHead = true;
      return true;
    }
    const end = /\r?\n\r?\n/.exec(text);
    if (end === null) {
      if (pending.length > MAX_HEAD) fail('answer head too large');
      return false;
    }
    const parsed = parseHead(text.slice(0, end.index));
    if (parsed === undefined) {
      mode = 'close';
      hasHead = true;
      return true;
    }
    pending = pending.subarray(end.index + end[0].length);
    // 100 Continue announces the real answer; genuine takes every other interim answer for the last one.
    if (parsed.status === 100) return true;
    head = parsed;
    hasHead = true;
    bodyMode();
    return true;
  };

  /** Handles what is pending as far as possible; false: more bytes are needed. */
  const advance = (): boolean => {
    switch (mode) {
      case 'head':
        return pending.length > 0 && readHead();
      case 'close':
        body.add(pending);
        pending = pending.subarray(pending.length);
        return false;
      case 'length':
      case 'chunk-data': {
        if (pending.length === 0) return false;
        const part = pending.subarray(0, left);
        body.add(part);
        left -= part.length;
        pending = pending.subarray(part.length);
        if (left === 0) mode = mode === 'length' ? 'done' : 'chunk-end';
        return true;
      }
      case 'chunk-end': {
        if (takeLine() === undefined) return false;
        mode = 'chunk-size';
        return true;
      }
      case 'chunk-size': {
        const line = takeLine();
        if (line === undefined) return false;
        const size = /^\s*([0-9A-Fa-f]{1,12})\s*(?:;.*)?$/.exec(line)?.[1];
        if (size === undefined) fail(`bad chunk size '${line.slice(0, 20)}'`);
        else {
          left = Number.parseInt(size, 16);
          mode = left === 0 ? 'trailer' : 'chunk-data';
        }
        return true;
      }
      case 'trailer': {
        const line = takeLine();
        if (line === undefined) return false;
        if (line === '') mode = 'done';
        return true;
      }
      default:
        return false;
    }
  };

  const finish = (): Reading => {
    const { status, reason, headers } = head;
    const text = decode(body.bytes(), codings, limit).toString('latin1');
    return { state: 'done', answer: { status, reason, location: headers.get('location'), body: text } };
  };

  const look = (): Reading => {
    // A body that breaks off is judged by what arrived of it, as libwww-perl does.
    if (mode === 'done' || (mode === 'broken' && hasHead)) return finish();
    return mode === 'broken' ? { state: 'broken', reason: problem } : { state: 'more' };
  };

  return {
    inBody: () => hasHead,
    push: (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (advance());
      return look();
    },
    end: () => {
      if (mode === 'head' && pending.length === 0)
        return { state: 'broken', reason: 'Server closed connection without sending any data back' };
      if (mode === 'head') {
        // A head that never ended: genuine takes a bare status line at the end of the data for an answer.
        const parsed = parseHead(pending.toString('latin1'));
        if (parsed === undefined) body.add(pending);
        else head = parsed;
        return finish();
      }
      // Closed by the peer: the end of the body, also when it promised more.
      return mode === 'broken' ? look() : finish();
    },
  };
};
