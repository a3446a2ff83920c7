/** A machine that has whatever ha.cf mentions, for files that are looked at on another one. */
import { type Environment, type FileFacts, mentionedIn } from './environment.js';

/** Users and groups are a matter of the machine that runs the daemon. */
class Everybody extends Set<string> {
  override has(): boolean {
    return true;
  }
}

const PROGRAM: FileFacts = { kind: 'file', executable: true };

/** The environment of the first node that the text names; every host name is 192.0.2.1. */
export const imaginedEnvironment = (haCf: string): Environment => {
  const { devices, files, hosts } = mentionedIn(haCf);
  const first = /^[ \t]*node[ \t]+([^\s,]+)/m.exec(haCf)?.[1] ?? '';
  return {
    nodeName: first.toLowerCase(),
    devices: new Map(devices.map((name) => [name, { ipv4: true }])),
    udpServices: new Map([['ha-cluster', 694]]),
    users: new Everybody(),
    groups: new Everybody(),
    files: new Map(files.map((path) => [path, path.startsWith('/dev/') ? { ...PROGRAM, kind: 'character' } : PROGRAM])),
    hosts: new Map(hosts.map((name) => [name, '192.0.2.1'])),
  };
};
