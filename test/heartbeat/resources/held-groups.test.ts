import fc from 'fast-check';
import { parseHaResources } from '../../../lib/heartbeat/config/haresources.js';
import type { ResourceGroup } from '../../../lib/heartbeat/config/model.js';
import { heldText, strayGroups, withStarted, withStopped } from '../../../lib/heartbeat/resources/held-groups.js';

const parse = (text: string): readonly ResourceGroup[] => parseHaResources(text, 'haresources', ['lb1', 'lb2']).value;

test('a line that was taken out is stopped with the others of its node', () => {
  const held = withStarted([], parse('lb1 10.0.0.1 web\nlb1 10.0.0.2 mail\nlb2 10.0.0.3\n'));
  const file = parse('lb1 10.0.0.1 web\n');
  expect(heldText(strayGroups(held, file, 'lb1', 'local'))).toBe('lb1 10.0.0.2 mail\n');
  expect(heldText(strayGroups(held, file, 'lb1', 'foreign'))).toBe('lb2 10.0.0.3\n');
  expect(heldText(strayGroups(held, file, 'lb1', 'every'))).toBe('lb1 10.0.0.2 mail\nlb2 10.0.0.3\n');
  expect(strayGroups(held, file, 'lb1', 'local', '10.0.0.1')).toEqual([]);
});

test('so is what a line was shortened by, and what it is started with later is remembered too', () => {
  const held = withStarted(withStarted([], parse('lb1 10.0.0.1 web\n')), parse('lb1 10.0.0.1 mail\n'));
  expect(heldText(held)).toBe('lb1 10.0.0.1 web mail\n');
  expect(heldText(strayGroups(held, parse('lb1 10.0.0.1 mail\n'), 'lb1', 'local'))).toBe('lb1 web\n');
});

test('what moved to another line or node is no stray', () => {
  const held = withStarted([], parse('lb1 10.0.0.1 web\n'));
  expect(strayGroups(held, parse('lb2 web\nlb1 10.0.0.1\n'), 'lb1', 'every')).toEqual([]);
});

test('what was stopped is forgotten', () => {
  const held = withStarted([], parse('lb1 10.0.0.1 web\nlb2 10.0.0.3\n'));
  expect(heldText(withStopped(held, parse('lb1 web\n')))).toBe('lb1 10.0.0.1\nlb2 10.0.0.3\n');
  expect(withStopped(held, parse('lb1 10.0.0.1 web\nlb2 10.0.0.3\n'))).toEqual([]);
});

const word = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', 'web', 'mail', 'fs::/dev/x::/y');
const line = fc
  .tuple(fc.constantFrom('lb1', 'lb2'), fc.uniqueArray(word, { minLength: 1, maxLength: 4 }))
  .map(([node, words]) => [node, ...words].join(' '));
const file = fc.array(line, { maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`);

test('its text reads back as the same groups, and whatever was started is stopped by a release of everything', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 4 }), file, (starts, now) => {
      const held = starts.reduce<readonly ResourceGroup[]>((sum, text) => withStarted(sum, parse(text)), []);
      expect(heldText(parse(heldText(held)))).toBe(heldText(held));
      const released = [...strayGroups(held, parse(now), 'lb1', 'every'), ...parse(now)];
      expect(withStopped(held, released)).toEqual([]);
    }),
  );
});
