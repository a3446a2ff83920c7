/** The manual page is held to the tables of the parser. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globalDirectives } from '../../../lib/ldirectord/config/global-directives.js';
import { INTENDED_DIFFERENCES } from '../../../lib/ldirectord/config/intended-differences.js';
import { SERVICES } from '../../../lib/ldirectord/config/model.js';
import { sectionDirectives } from '../../../lib/ldirectord/config/section-directives.js';
import { projectRoot } from '../../support/paths.js';

const manual = readFileSync(join(projectRoot, 'man', 'ldirectord.cf.5'), 'utf8');
const [description = '', compatibility = ''] = manual.split('.Sh COMPATIBILITY');
const words = (text: string): ReadonlySet<string> => new Set(text.split(/[^\w-]+/));

test('every directive is described', () => {
  const names = [...globalDirectives, ...sectionDirectives]
    .map(({ name }) => name)
    .filter((name) => name !== 'timeout');
  expect(names.filter((name) => !new RegExp(`^\\.It.* (Ic )?${name}( |$)`, 'm').test(description))).toEqual([]);
});

test('nothing else is described', () => {
  const names = [...globalDirectives, ...sectionDirectives].map(({ name }) => name);
  const described = [...description.matchAll(/^\.It (?:Xo )?Ic (\w+(?: , \w+)*)/gm)].flatMap(([, list = '']) =>
    list.split(' , '),
  );
  expect(described.length).toBeGreaterThan(names.length / 2);
  expect(described.filter((name) => ![...names, 'virtual', 'virtual6'].includes(name))).toEqual([]);
});

test('every service is named', () => {
  expect(SERVICES.filter((service) => !words(description).has(service))).toEqual([]);
});

test('every intended difference is named', () => {
  const ids = INTENDED_DIFFERENCES.map(({ id }) => id);
  expect([...compatibility.matchAll(/^\.It (\S+)$/gm)].map(([, id]) => id)).toEqual(ids);
});
