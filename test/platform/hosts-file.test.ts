/** Names of addresses in /etc/hosts. */
import fc from 'fast-check';
import { namesInHosts } from '../../lib/platform/hosts-file.js';

test('canonical name and aliases, comments, both families, several lines for one address', () => {
  const names = namesInHosts(
    '# comment\n192.168.0.1\tweb1.example.test web1 # the first\n::1 localhost\n2001:DB8:0:0::1 six\r\n\n192.168.0.1 www web1\nnonsense here\n10.0.0.1\n',
  );
  expect(Object.fromEntries(names)).toEqual({
    '192.168.0.1': ['web1.example.test', 'web1', 'www'],
    '::1': ['localhost'],
    '2001:db8::1': ['six'],
  });
});

test('any text is read without complaint, and no name holds a blank', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const name of [...namesInHosts(`10.0.0.1 ${text}`).values()].flat()) expect(name).not.toMatch(/[ \t\n#]/);
    }),
  );
});
