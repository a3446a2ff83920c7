/** Programs that record how they are called, in the place of those that this machine may or may not have. */
import type { Host } from '../../lib/lab/host.js';

/** Where every call is recorded, one line each: the name and the arguments. */
export const CALLS = '/run/calls';

/** What all of them do first. */
const RECORD = `#!/bin/sh
name=\${0##*/}
echo "$name $*" >>${CALLS}
`;

/** Puts the program into /usr/local/sbin, and over any of that name that is installed: only inside the host. */
const INSTALL = `
cat >"/usr/local/sbin/$1"
chmod 755 "/usr/local/sbin/$1"
for folder in /usr/sbin /usr/bin /usr/local/bin; do
  [ ! -e "$folder/$1" ] || mount --bind "/usr/local/sbin/$1" "$folder/$1"
done
`;

/** Installs programs by name; each is the part of a shell script that comes after the recording. */
export const installFakes = async (host: Host, programs: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, body] of Object.entries(programs)) {
    await host.get(['sh', '-ec', INSTALL, 'install', name], { input: `${RECORD}${body}\n` });
  }
};

/**
 * Gives the host a /dev of its own: the few devices that programs need, a console that is a file, and room for more. What
 * is made there is not seen outside.
 */
export const ownDevices = async (host: Host): Promise<void> => {
  await host.get([
    ...['sh', '-ec'],
    `mkdir -p /run/dev-outside /run/dev-inside
     mount --rbind /dev /run/dev-outside
     mount -t tmpfs -o mode=755 tmpfs /run/dev-inside
     cd /run/dev-inside
     for device in null zero full random urandom tty loop-control loop0 loop1 loop2 loop3; do
       [ ! -e /run/dev-outside/$device ] || { : >$device; mount --bind /run/dev-outside/$device $device; }
     done
     ln -s /proc/self/fd fd; ln -s fd/0 stdin; ln -s fd/1 stdout; ln -s fd/2 stderr
     mkdir shm; : >console
     cd /
     mount --rbind /run/dev-inside /dev`,
  ]);
};
