/** What is mounted where, as /proc/mounts lists it. Pure. */

export interface Mount {
  readonly device: string;
  readonly folder: string;
  readonly type: string;
}

/** Blanks, tabs, line ends and backslashes stand there as three octal digits. */
const unescaped = (word: string): string =>
  Buffer.from(
    word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    'latin1',
  ).toString('utf8');

/** The mounts in the order in which they were made; `text` with one character per byte (latin1). */
export const parseMounts = (text: string): readonly Mount[] =>
  text.split('\n').flatMap((line) => {
    const [device, folder, type] = line.split(' ').map(unescaped);
    return device === undefined || folder === undefined || type === undefined ? [] : [{ device, folder, type }];
  });

export const isMounted = (mounts: readonly Mount[], folder: string): boolean =>
  mounts.some((mount) => mount.folder === folder);

/** The folders below `folder` on which something is mounted, the last to go first. */
export const below = (mounts: readonly Mount[], folder: string): readonly string[] => {
  const start = folder.endsWith('/') ? folder : `${folder}/`;
  return mounts.flatMap((mount) => (mount.folder.startsWith(start) ? [mount.folder] : [])).reverse();
};

/** Where else the block device is mounted that is mounted on `folder`: bind mounts keep it busy. */
export const elsewhere = (mounts: readonly Mount[], folder: string): readonly string[] => {
  const device = mounts.findLast((mount) => mount.folder === folder)?.device;
  if (device === undefined || !device.startsWith('/dev/')) return [];
  const others = mounts.filter((mount) => mount.device === device && mount.folder !== folder && mount.folder !== '/');
  return others.map((mount) => mount.folder).reverse();
};
