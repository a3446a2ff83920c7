/** Reads authkeys: the keys by index and the one that signs (heartbeat reference 2.5). */
import type { Diagnostic } from '../../config/diagnostic.js';
import { diagnosticAt, diagnosticOfFile, type Finding, sourceOf, type Word, wordsOf } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { AuthKey, AuthKeys, DigestMethod } from './model.js';
import { genuineText, logged, type StartLine } from './start-line.js';

/** The path as genuine prints it (heartbeat reference 1.1). */
const GENUINE_PATH = '/etc/ha.d//authkeys';

const METHODS: readonly DigestMethod[] = ['crc', 'md5', 'sha1'];

/** `value` is undefined when there is no key to sign with. `lines` are what genuine prints. */
export interface AuthKeysResult {
  readonly value: AuthKeys | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly lines: readonly StartLine[];
}

interface Draft {
  readonly keys: Map<number, AuthKey>;
  wanted: { readonly index: number; readonly word: Word } | undefined;
  sign: AuthKey | undefined;
}

type Fail = (under: Word | undefined, finding: Omit<Finding, 'genuine'>, genuine: readonly StartLine[]) => undefined;

const authLine = (draft: Draft, fail: Fail, line: string, words: readonly Word[], whole: Word): void => {
  const index = /^auth\s*([+-]?\d{1,9})/.exec(line)?.[1];
  const under = words[1] ?? whole;
  if (index !== undefined) draft.wanted = { index: Number(index), word: under };
  else
    fail(
      under,
      { code: 'authkeys/bad-auth-line', message: "this line must be 'auth' and the number of a key" },
      logged('ERROR', `Invalid auth line [${line}\n] in ${GENUINE_PATH}`),
    );
};

const unknownMethod = (fail: Fail, under: Word, method: string, known: number): undefined =>
  fail(
    under,
    {
      code: 'authkeys/unknown-method',
      message: `unknown method '${method}': use sha1, md5 or crc`,
      suggestion: suggest(method, METHODS),
    },
    logged(
      'ERROR',
      `LoadPlugin on ${method} returned 5: No such plugin/interface/interface type`,
      `Lookup extended#2 returned FALSE for ${method}`,
      `Table size: ${known}`,
      `Invalid authtype [${method}]`,
    ),
  );

const keyLine = (draft: Draft, fail: Fail, line: string, words: readonly Word[], whole: Word): undefined => {
  const match = /^([+-]?\d{1,9})\s*(\S+)(?:\s+(\S+))?/.exec(line);
  if (match?.[1] === undefined || match[2] === undefined)
    return fail(
      whole,
      { code: 'authkeys/junk', message: "a line is 'auth N' or 'N method key'" },
      logged('ERROR', `Auth line [${line}\n] is invalid.`),
    );
  const index = Number(match[1]);
  const [, , method, key = ''] = match;
  const glued = words[0]?.value !== match[1];
  const methodWord = (glued ? words[0] : words[1]) ?? whole;
  const keyWord = glued ? words[1] : words[2];
  if (index < 0 || index > 15)
    return fail(
      words[0],
      { code: 'authkeys/bad-index', message: 'the number of a key is from 0 to 15' },
      logged('ERROR', `Invalid authnum [${index}] in ${GENUINE_PATH}`),
    );
  const known = METHODS.find((candidate) => candidate === method);
  if (known === undefined) {
    const used = new Set([...draft.keys.values()].map((other) => other.method)).size;
    return unknownMethod(fail, methodWord, method, used);
  }
  if (known === 'crc' && keyWord !== undefined)
    return fail(
      keyWord,
      { code: 'authkeys/key-with-crc', message: 'crc takes no key' },
      logged('info', "Auth method [crc] doesn't use a key"),
    );
  if (known !== 'crc' && key === '')
    return fail(
      methodWord,
      { code: 'authkeys/no-key', message: `${known} needs a key` },
      logged('ERROR', `Auth method [${known}] requires a key`),
    );
  const entry: AuthKey = { index, method: known, key };
  draft.keys.set(index, entry);
  // The last definition of an index wins, also below a later auth line.
  if (draft.wanted?.index === index || draft.sign?.index === index) draft.sign = entry;
  return undefined;
};

/** Group and others must not be able to read the file; everything else is allowed (heartbeat reference 2.5). */
const readableByOthers = (mode: number): boolean => (mode & 0o044) !== 0;

/** A line as findings may show it: people paste those into tickets, so what is or may be a key is covered. */
const covered = (line: string): string => {
  if (/^\s*(#|auth)/.test(line)) return line;
  const shown = /^\s*[+-]?\d+\s*\S+(?:\s+|$)/.exec(line) ?? /^\s*\S+\s+/.exec(line);
  const [head] = shown ?? [line];
  return head + line.slice(head.length).replace(/\S/g, '*');
};

/**
 * Reads the text of authkeys; undefined when there is no such file. `mode` is its permission bits.
 *
 * The text is read with one byte per character, because a key is bytes. Never throws.
 */
export const parseAuthKeys = (text: string | undefined, file: string, mode: number): AuthKeysResult => {
  const source = sourceOf(file, text ?? '');
  const display = { file, lines: source.lines.map(covered) };
  const diagnostics: Diagnostic[] = [];
  const lines: StartLine[] = [];
  // Genuine looks no further than the permissions of the file; we do, but say it in our words only.
  let genuineStopped = false;
  const fail: Fail = (under, finding, genuine) => {
    const said = { ...finding, ...(genuineStopped ? {} : { genuine: genuineText(genuine) }) };
    if (!genuineStopped) lines.push(...genuine);
    diagnostics.push(
      under === undefined ? diagnosticOfFile(file, 'error', said) : diagnosticAt(display, 'error', under, said),
    );
    return undefined;
  };
  if (text === undefined) {
    const genuine = logged('ERROR', `Cannot open keyfile [${GENUINE_PATH}].  Stop.`);
    fail(
      undefined,
      { code: 'authkeys/missing', message: 'there is no such file: nodes could not trust each other' },
      genuine,
    );
    return { value: undefined, diagnostics, lines };
  }
  if (readableByOthers(mode)) {
    const genuine = logged('ERROR', `Bad permissions on keyfile [${GENUINE_PATH}], 600 recommended.`);
    fail(undefined, { code: 'authkeys/permissions', message: 'others can read this file: chmod 600' }, genuine);
    genuineStopped = true;
  }
  const draft: Draft = { keys: new Map(), wanted: undefined, sign: undefined };
  for (const [index, whole] of source.lines.entries()) {
    const line = whole.replace(/^\s+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const words = wordsOf(source, index + 1, 1, whole);
    const under = { value: line.trimEnd(), at: words[0]?.at ?? { file, line: index + 1, column: 1 } };
    if (line.startsWith('a')) authLine(draft, fail, line, words, under);
    else keyLine(draft, fail, line, words, under);
  }
  const { wanted, sign, keys } = draft;
  if (wanted === undefined)
    fail(
      undefined,
      { code: 'authkeys/no-auth', message: "there is no line 'auth N' that says which key signs" },
      logged('ERROR', `Missing auth directive in keyfile [${GENUINE_PATH}]`),
    );
  else if (sign?.index !== wanted.index)
    fail(
      wanted.word,
      {
        code: 'authkeys/key-not-found',
        message: keys.has(wanted.index)
          ? `key ${wanted.index} must stand below its auth line`
          : `there is no key ${wanted.index} below this line`,
      },
      logged('ERROR', `Auth Key [${wanted.index}] not found in keyfile [${GENUINE_PATH}]`),
    );
  return { value: sign === undefined || diagnostics.length > 0 ? undefined : { sign, keys }, diagnostics, lines };
};
