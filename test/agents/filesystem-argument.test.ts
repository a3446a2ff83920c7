import {
  isBind,
  isSupported,
  kernelType,
  mountArguments,
  parseFilesystem,
  wantsBlockDevice,
  wantsCheck,
} from '../../lib/agents/filesystem-argument.js';

test.each([
  [
    ['/dev/sda1', '/mnt/'],
    ['/dev/sda1', '/mnt'],
  ],
  [
    ['/dev/sda1', '/mnt', 'ext4', 'ro,noatime'],
    ['-t', 'ext4', '-o', 'ro,noatime', '/dev/sda1', '/mnt'],
  ],
  [
    ['-LDATA', '/mnt', 'xfs'],
    ['-t', 'xfs', '-L', 'DATA', '/mnt'],
  ],
  [
    ['--uuid=12-34', '/mnt'],
    ['--uuid', '12-34', '/mnt'],
  ],
  [
    ['/srv/www', '/mnt', 'none', 'bind'],
    ['-o', 'bind', '/srv/www', '/mnt'],
  ],
  [
    ['tmpfs', '/'],
    ['tmpfs', '/'],
  ],
])('%j is mounted with %j', (args, words) => {
  expect(mountArguments(parseFilesystem(args))).toEqual(words);
});

test('only what lies on a disk of its own has a block device', () => {
  expect(wantsBlockDevice(parseFilesystem(['/dev/sda1', '/mnt', 'ext4']))).toBe(true);
  expect(wantsBlockDevice(parseFilesystem(['/dev/sda1', '/mnt']))).toBe(true);
  for (const args of [
    ['nas:/x', '/mnt', 'nfs'],
    ['/image', '/mnt', 'ext2', 'ro,loop'],
    ['/image', '/mnt', 'ext2', 'loop=/dev/loop3'],
    ['-Lx', '/mnt', 'ext4'],
  ])
    expect(wantsBlockDevice(parseFilesystem(args))).toBe(false);
});

test('journalling file systems are not checked, others are', () => {
  const wants = (type: string) => wantsCheck(parseFilesystem(['/dev/sda1', '/mnt', type]));
  expect(['ext2', '', 'minix'].map(wants)).toEqual([true, true, true]);
  expect(['ext4', 'xfs', 'nfs', 'tmpfs'].map(wants)).toEqual([false, false, false, false]);
});

test('the kernel knows some types under another name', () => {
  const type = (name: string) => kernelType(parseFilesystem(['x', '/mnt', name]));
  expect(['', 'none', 'ext4', 'glusterfs', 'fuse.sshfs', 'efs'].map(type)).toEqual([
    ...[undefined, undefined, 'ext4', 'fuse', 'fuse', 'nfs4'],
  ]);
  expect(isSupported('nodev\ttmpfs\n\text4\n', 'ext4')).toBe(true);
  expect(isSupported('nodev\ttmpfs\n\text4\n', 'ext')).toBe(false);
});

test('a bind mount is told by its option, not by a word that contains it', () => {
  const bind = (options: string) => isBind(parseFilesystem(['/x', '/mnt', 'none', options]));
  expect(['bind', 'ro,bind', 'rbind', 'nobind=1', ''].map(bind)).toEqual([true, true, true, false, false]);
});
