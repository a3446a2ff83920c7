/** `delhostcache`, byte for byte as the genuine daemon wrote it after `hb_delnode lb3`. */
import { hostCacheText } from '../../../../lib/heartbeat/wiring/files/host-cache.js';

test('a line for each node, nothing without any', () => {
  expect(hostCacheText([])).toBe('');
  expect(hostCacheText([{ name: 'lb3', uuid: new Uint8Array(16), weight: 100, site: '' }])).toBe(
    'lb3\t00000000-0000-0000-0000-000000000000\t100\t\n',
  );
});
