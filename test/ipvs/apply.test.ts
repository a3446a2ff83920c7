/** Many changes at once: the same as one after the other, and what is not touched stays the very same object. */
import fc from 'fast-check';
import { applyChange, applyChanges, editTable, type Refusal } from '../../lib/ipvs/apply.js';
import { parseRule, parseSaved } from '../../lib/ipvs/grammar/save.js';
import type { Change, Table } from '../../lib/ipvs/model.js';

const TWO = parseSaved(`-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1
-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 1
-A -u 10.0.0.2:53 -s wlc
-a -u 10.0.0.2:53 -r 192.168.0.1:53 -m -w 1
`);

const words = (line: string): Change => {
  const change = parseRule(line);
  if (change === undefined) throw new Error(`no change: ${line}`);
  return change;
};

test('services that are not touched are the same objects as before, in the same order', () => {
  const { table, refused } = applyChanges(TWO, [words('-e -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 0')]);
  expect(refused).toEqual([]);
  expect(table.services[1]).toBe(TWO.services[1]);
  expect(table.services[0]?.destinations.map(({ weight }) => weight)).toEqual([1, 0]);
  expect(table.services[0]?.destinations[0]).toBe(TWO.services[0]?.destinations[0]);
});

test('the table that was edited is not changed itself', () => {
  const copy = structuredClone(TWO);
  const editor = editTable(TWO);
  editor.change(words('-d -t 10.0.0.1:80 -r 192.168.0.1:80'));
  editor.change(words('-D -u 10.0.0.2:53'));
  expect(editor.table().services).toHaveLength(1);
  expect(TWO).toEqual(copy);
});

test('what is deleted and added again comes last, what is edited keeps its place', () => {
  const changes = ['-D -t 10.0.0.1:80', '-A -t 10.0.0.1:80 -s sh', '-E -u 10.0.0.2:53 -s rr'].map(words);
  const { table } = applyChanges(TWO, changes);
  expect(table.services.map(({ scheduler, destinations }) => [scheduler, destinations.length])).toEqual([
    ['rr', 1],
    ['sh', 0],
  ]);
});

test('a service that is edited after its reals keeps them', () => {
  const changes = ['-a -t 10.0.0.1:80 -r 192.168.0.3:80 -m', '-E -t 10.0.0.1:80 -s wlc'].map(words);
  const { table } = applyChanges(TWO, changes);
  expect(table.services[0]?.scheduler).toBe('wlc');
  expect(table.services[0]?.destinations).toHaveLength(3);
});

test('property: a batch does what its changes do one by one, and refuses the same ones for the same reasons', () => {
  const place = fc.constantFrom('-t 10.0.0.1:80', '-t 10.0.0.1:81', '-u 10.0.0.2:53', '-f 7');
  const server = fc.constantFrom('192.168.0.1:80', '192.168.0.2:8080', '224.0.0.1:80');
  const line = fc.oneof(
    fc
      .tuple(fc.constantFrom('-A', '-E'), place, fc.constantFrom('rr', 'wlc', 'nosuch'))
      .map(([verb, at, scheduler]) => `${verb} ${at} -s ${scheduler}`),
    place.map((at) => `-D ${at}`),
    fc
      .tuple(fc.constantFrom('-a', '-e'), place, server, fc.constantFrom('-m', '-g'), fc.nat(3))
      .map(([verb, at, to, method, weight]) => `${verb} ${at} -r ${to} ${method} -w ${weight}`),
    fc.tuple(place, server).map(([at, to]) => `-d ${at} -r ${to}`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const changes = lines.map(words);
      let table: Table = TWO;
      const reasons: Refusal[] = [];
      for (const change of changes) {
        const applied = applyChange(table, change);
        if ('table' in applied) table = applied.table;
        else reasons.push(applied.reason);
      }
      const batch = applyChanges(TWO, changes);
      expect(batch.table).toEqual(table);
      expect(batch.refused.map(({ reason }) => reason)).toEqual(reasons);
    }),
  );
});
