/** What is said about the findings of the parsers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPLANATIONS, explain, inOrder } from '../../lib/check/explain.js';
import type { Diagnostic } from '../../lib/config/diagnostic.js';
import { projectRoot } from '../support/paths.js';

const at = (file: string, line: number): Diagnostic['at'] => ({ file, line, column: 1 });
const diagnostic = (part: Partial<Diagnostic>): Diagnostic => ({
  ...{ severity: 'warning', code: 'ha.cf/some', message: 'some', at: at('ha.cf', 1), length: 1, sourceLine: '' },
  ...part,
});

test('every code that is explained is one that a parser has', () => {
  const lib = join(projectRoot, 'lib');
  const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('check/'))
    .map((path) => readFileSync(join(lib, path), 'utf8'))
    .join('\n');
  const isKnown = (code: string): boolean => {
    const [file = '', name = ''] = code.split('/');
    if (file === 'ldirectord.cf') return sources.includes(`'${name}'`) || sources.includes(`'${code}'`);
    // respawn and failfast share one line.
    return sources.includes(`'${code}'`) || (/^bad-(respawn|failfast)$/.test(name) && sources.includes('`ha.cf/bad-$'));
  };
  expect(Object.keys(EXPLANATIONS).filter((code) => !isKnown(code))).toEqual([]);
});

test('what cannot be started is an error for the cluster, although heartbeat itself only warns', () => {
  expect(explain(diagnostic({ code: 'haresources/no-script' })).severity).toBe('error');
  expect(explain(diagnostic({ code: 'haresources/special-character' })).severity).toBe('warning');
});

test('a finding keeps the reason and the remedy it has', () => {
  expect(explain(diagnostic({ why: 'because', fix: 'do' }))).toMatchObject({ why: 'because', fix: 'do' });
});

test('findings come file by file, then in the order of the lines', () => {
  const places = [at('other', 2), at('haresources', 1), at('ha.cf', 9), at('ha.cf', 2)];
  const sorted = inOrder(
    places.map((place) => diagnostic({ at: place })),
    ['ha.cf', 'haresources'],
  );
  expect(sorted.map(({ at: { file, line } }) => `${file}:${line}`)).toEqual([
    ...['ha.cf:2', 'ha.cf:9', 'haresources:1', 'other:2'],
  ]);
});
