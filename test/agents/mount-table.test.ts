import { below, elsewhere, isMounted, parseMounts } from '../../lib/agents/mount-table.js';

const TABLE = parseMounts(
  Buffer.from(
    [
      '/dev/sda1 / ext4 rw 0 0',
      '/dev/sdb1 /srv/data xfs rw 0 0',
      'tmpfs /srv/data/a\\040b tmpfs rw 0 0',
      'tmpfs /srv/data/a\\040b/c tmpfs rw 0 0',
      '/dev/sdb1 /var/www xfs rw 0 0',
      'tmpfs /srv/database tmpfs rw 0 0',
      'nas:/x /mnt/gr\u00fcn nfs rw 0 0',
      '',
    ].join('\n'),
  ).toString('latin1'),
);

test('a folder with a blank or an umlaut is found under its name', () => {
  expect(isMounted(TABLE, '/srv/data/a b')).toBe(true);
  expect(isMounted(TABLE, '/mnt/grün')).toBe(true);
  expect(isMounted(TABLE, '/srv')).toBe(false);
});

test('below a folder means below, not beside; the innermost goes first', () => {
  expect(below(TABLE, '/srv/data')).toEqual(['/srv/data/a b/c', '/srv/data/a b']);
});

test('a device is mounted elsewhere by bind mounts, but never counts as such by what is no device', () => {
  expect(elsewhere(TABLE, '/srv/data')).toEqual(['/var/www']);
  expect(elsewhere(TABLE, '/srv/database')).toEqual([]);
  expect(elsewhere(parseMounts('/dev/sda1 / ext4\n/dev/sda1 /x ext4\n'), '/x')).toEqual([]);
});
