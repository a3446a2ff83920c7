/** Reads Python's notation of bytes, as some recordings are written in it: b'M\x00\n'. */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** The bytes of a literal that ends the line. Throws when there is none. */
export const pythonBytes = (line: string): Buffer => {
  const literal = /b(['"])(.*)\1$/s.exec(line)?.[2];
  if (literal === undefined) throw new Error(`no bytes literal: ${line}`);
  const text = literal.replace(/\\(x[0-9a-f]{2}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );
  return Buffer.from(text, 'latin1');
};
