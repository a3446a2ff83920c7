/** What the arguments of Filesystem mean: `device directory [type [options]]`. Pure. */

export interface FilesystemArgument {
  /** What mount(8) is given, without the option. */
  readonly device: string;
  /** `-U`, `-L`, `--uuid` or `--label`, when the device was named by its contents. */
  readonly by?: string;
  /** Without slashes at the end. */
  readonly directory: string;
  readonly type: string;
  /** As after `mount -o`. */
  readonly options: string;
}

const BY_LONG = /^(--uuid|--label)[= \t]+(.*)$/;
const BY_SHORT = /^(-U|-L)[ \t]*(.*)$/;

export const parseFilesystem = ([device = '', directory = '', type = '', options = '']: readonly string[]) => {
  const [, by, named] = BY_LONG.exec(device) ?? BY_SHORT.exec(device) ?? [];
  const argument: FilesystemArgument = {
    device: named ?? device,
    ...(by === undefined ? {} : { by }),
    directory: directory === '' ? '' : directory.replace(/\/+$/, '') || '/',
    type,
    options,
  };
  return argument;
};

const words = (options: string): readonly string[] => options.split(',');

/** File systems that have no block device. */
const WITHOUT_DEVICE: readonly string[] = [
  ...['nfs4', 'nfs', 'efs', 'smbfs', 'cifs', 'none', 'glusterfs', 'ceph', 'tmpfs', 'overlay', 'overlayfs'],
  ...['rozofs', 'zfs', 'cvfs', 'lustre'],
];

/** Those that repair themselves, or cannot be checked. */
const UNCHECKED: readonly string[] = [
  ...['ext4', 'ext4dev', 'ext3', 'reiserfs', 'reiser4', 'nss', 'xfs', 'jfs', 'vfat', 'fat', 'ocfs2', 'gfs2'],
  ...WITHOUT_DEVICE,
];

export const isBind = ({ options }: FilesystemArgument): boolean =>
  words(options).some((word) => word === 'bind' || word === 'rbind');

/** Whether a block device is expected, if the device turns out to be no folder. */
export const wantsBlockDevice = ({ by, type, options }: FilesystemArgument): boolean =>
  by === undefined && !WITHOUT_DEVICE.includes(type) && !words(options).some((word) => /^loop(=|$)/.test(word));

export const wantsCheck = ({ type }: FilesystemArgument): boolean => !UNCHECKED.includes(type);

/** Servers that may not answer any more are left with force. */
export const leavesByForce = (type: string): boolean => ['nfs4', 'nfs', 'efs', 'cifs', 'smbfs'].includes(type);

/** The kernel's name for the type; undefined when it need not be asked for. */
export const kernelType = ({ type }: FilesystemArgument): string | undefined => {
  if (type === '' || type === 'none') return undefined;
  if (type.startsWith('fuse.') || type === 'glusterfs' || type === 'rozofs') return 'fuse';
  return type === 'efs' ? 'nfs4' : type;
};

/** Whether /proc/filesystems has the type. */
export const isSupported = (filesystems: string, type: string): boolean =>
  filesystems.split('\n').some((line) => line.split('\t').at(-1) === type);

/** The words after `mount`. */
export const mountArguments = ({ device, by, directory, type, options }: FilesystemArgument): readonly string[] => [
  ...(type === '' || type === 'none' ? [] : ['-t', type]),
  ...(options === '' ? [] : ['-o', options]),
  ...(by === undefined ? [device] : [by, device]),
  directory,
];
