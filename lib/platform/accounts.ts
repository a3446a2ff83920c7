/** Numbers of users and groups by name, from /etc/passwd and /etc/group. */
import { readSmallFile } from './run-files.js';

/** Third fields of a colon-separated file by first fields. */
const idsIn = (path: string): ReadonlyMap<string, number> =>
  new Map(
    (readSmallFile(path)?.toString('utf8') ?? '').split('\n').flatMap((line) => {
      const [name = '', , id = ''] = line.split(':');
      return name !== '' && /^\d{1,10}$/.test(id) ? [[name, Number(id)] as const] : [];
    }),
  );

/** The numbers of all users by name. */
export const userIds = (path = '/etc/passwd'): ReadonlyMap<string, number> => idsIn(path);

/** The numbers of all groups by name. */
export const groupIds = (path = '/etc/group'): ReadonlyMap<string, number> => idsIn(path);

export interface Account {
  readonly uid: number;
  /** Its primary group. */
  readonly gid: number;
}

/** The account of that name; undefined when there is none. */
export const accountOf = (name: string, path = '/etc/passwd'): Account | undefined => {
  for (const line of (readSmallFile(path)?.toString('utf8') ?? '').split('\n')) {
    const [user, , uid = '', gid = ''] = line.split(':');
    if (user === name && /^\d{1,10}$/.test(uid) && /^\d{1,10}$/.test(gid))
      return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
};
