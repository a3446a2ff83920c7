/** Host names are looked up in a process that can be killed. */
import { hostKey, lookUpHosts } from '../../lib/platform/host-lookup.js';
import { millis, seconds } from '../../lib/time.js';

const LOCAL = { name: 'localhost', family: 'ipv4' } as const;
/** Never looked up anywhere (RFC 6761). */
const NONE = { name: 'nothing.invalid', family: 'ipv4' } as const;

test('names that are known, names that are not', async () => {
  const found = await lookUpHosts([LOCAL, NONE], { timeout: seconds(20) });
  expect(found).toEqual(new Map([[hostKey(LOCAL), '127.0.0.1']]));
});

test('no names, no process', async () => {
  expect(await lookUpHosts([], { timeout: millis(1) })).toEqual(new Map());
});

test('when the time is over, or nobody wants to know any more, they count as unknown', async () => {
  expect(await lookUpHosts([LOCAL], { timeout: millis(1) })).toEqual(new Map());
  expect(await lookUpHosts([LOCAL], { timeout: seconds(20), signal: AbortSignal.abort() })).toEqual(new Map());
});

test('a name is never taken for an option or for code', async () => {
  const names = ['--version', '-e', '"; process.exit(1); "', '$(id)'].map(
    (name) => ({ name, family: 'ipv4' }) as const,
  );
  expect(await lookUpHosts([...names, LOCAL], { timeout: seconds(20) })).toEqual(
    new Map([[hostKey(LOCAL), '127.0.0.1']]),
  );
});
