/** A machine for the parsers: lb1 with eth0 and eth1, the usual users, and nothing else. */
import type { Environment } from '../../lib/heartbeat/config/environment.js';

export const LB1: Environment = {
  nodeName: 'lb1',
  devices: new Map([
    ['lo', { ipv4: true }],
    ['eth0', { ipv4: true }],
    ['eth1', { ipv4: true }],
    ['eth2', { ipv4: false }],
  ]),
  udpServices: new Map([
    ['ha-cluster', 694],
    ['syslog', 514],
  ]),
  users: new Set(['root', 'hacluster', 'nobody']),
  groups: new Set(['root', 'haclient']),
  files: new Map([
    ['/usr/libexec/heartbeat/ipfail', { kind: 'file', executable: true }],
    ['/usr/lib/heartbeat/ipfail', { kind: 'file', executable: true }],
    ['/bin/true', { kind: 'file', executable: true }],
    ['/etc/passwd', { kind: 'file', executable: false }],
    ['/dev/ttyS0', { kind: 'character', executable: false }],
    ['/usr/local/hbtest/fastexit', { kind: 'file', executable: true }],
    ['/dev/pts/1', { kind: 'character', executable: false }],
  ]),
  hosts: new Map([['lb2.example.com', '10.0.0.12']]),
};
