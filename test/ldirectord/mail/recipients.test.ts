/** The addresses of a list as people write it. */
import fc from 'fast-check';
import { recipientsOf } from '../../../lib/ldirectord/mail/recipients.js';

test.each([
  ['admin@example.test', ['admin@example.test']],
  ['admin@example.test, ops@example.test', ['admin@example.test', 'ops@example.test']],
  ['admin@example.test,ops@example.test', ['admin@example.test', 'ops@example.test']],
  ['admin@example.test ops@example.test', ['admin@example.test', 'ops@example.test']],
  ['admin@example.test; ops@example.test', ['admin@example.test', 'ops@example.test']],
  ['root', ['root']],
  ['root, admin@example.test,', ['root', 'admin@example.test']],
  ['LB Team <lb@example.test>, Bob <bob@example.test>', ['lb@example.test', 'bob@example.test']],
  ['"Team, LB" <lb@example.test>', ['lb@example.test']],
  ['"A \\" quote, here" <lb@example.test>', ['lb@example.test']],
  ['lb@example.test (on call, at night)', ['lb@example.test']],
  ['lb@example.test, lb@example.test', ['lb@example.test']],
  ['', []],
  [' , ,', []],
])('%j', (list, addresses) => expect(recipientsOf(list)).toEqual(addresses));

test('simple addresses come out as they went in, whatever stands between and around them', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const address = fc.tuple(word, word).map(([name, host]) => `${name}@${host}.test`);
  const dressed = fc.constantFrom(
    (one: string) => one,
    (one: string) => `<${one}>`,
    (one: string) => `"Last, First" <${one}>`,
    (one: string) => ` ${one} (a, b)`,
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(address, dressed), { maxLength: 8 }),
      fc.constantFrom(', ', ',', ' ; '),
      (all, between) => {
        const list = all.map(([one, dress]) => dress(one)).join(between);
        expect(recipientsOf(list)).toEqual([...new Set(all.map(([one]) => one))]);
      },
    ),
  );
});

test('no list gives an address that could end an SMTP command', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (list) => {
      for (const address of recipientsOf(list)) expect(address).toMatch(/^[^\x00-\x20\x7f<>]+$/);
    }),
  );
});
