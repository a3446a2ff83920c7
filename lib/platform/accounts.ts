/** Numbers of users and groups by name, from /etc/passwd and /etc/group. */
import { readSmallFile } from './run-files.js';

/** The third field of the line that starts with the name. */
const idIn = (path: string, name: string): number | undefined => {
  const lines = readSmallFile(path)?.toString('utf8').split('\n') ?? [];
  const id = lines.find((line) => line.startsWith(`${name}:`))?.split(':')[2];
  return id !== undefined && /^\d{1,10}$/.test(id) ? Number(id) : undefined;
};

/** The number of a user, or undefined when there is none of that name. */
export const userId = (name: string, path = '/etc/passwd'): number | undefined => idIn(path, name);

/** The number of a group, or undefined when there is none of that name. */
export const groupId = (name: string, path = '/etc/group'): number | undefined => idIn(path, name);
