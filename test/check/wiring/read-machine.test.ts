/** What a check is told about the machine that this test runs on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMachine } from '../../../lib/check/wiring/read-machine.js';

const folder = mkdtempSync(join(tmpdir(), 'machine-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('files, programs, settings, addresses and names of this machine', async () => {
  const secret = join(folder, 'secret');
  writeFileSync(secret, '', { mode: 0o640 });
  const machine = await readMachine({
    haCf: 'bcast lo nosuch0\nrespawn root /bin/sh\n',
    director: { hosts: [{ name: 'localhost', family: 'ipv4' }], services: true, files: [], directories: [] },
    files: [secret, folder, '/bin/sh', 'sh', 'no-such-program', '/nonexistent'],
    settings: ['net.ipv4.ip_forward', 'net.ipv4.no_such_setting'],
    engine: 'nft',
  });
  expect(machine.files.get(secret)).toEqual({ kind: 'file', executable: false, mode: 0o640, uid: process.getuid?.() });
  expect(machine.files.get(folder)?.kind).toBe('directory');
  for (const program of ['/bin/sh', 'sh'])
    expect(machine.files.get(program)).toMatchObject({ kind: 'file', executable: true });
  expect([machine.files.has('no-such-program'), machine.files.has('/nonexistent')]).toEqual([false, false]);
  expect(machine.settings.get('net.ipv4.ip_forward')).toMatch(/^[01]$/);
  expect(machine.settings.has('net.ipv4.no_such_setting')).toBe(false);
  expect(machine.addresses).toContainEqual(expect.objectContaining({ device: 'lo', address: '127.0.0.1', prefix: 8 }));
  expect([...machine.environment.devices.keys()]).toEqual(['lo']);
  expect(machine.environment.nodeName).toBe(hostname().toLowerCase());
  expect(machine.resources.devices.has('lo')).toBe(true);
  expect(machine.resources.agents.has('IPaddr2')).toBe(true);
  expect(machine.director.host('localhost', 'ipv4')).toBe('127.0.0.1');
  expect(machine.engine).toBe(process.env.HA_SUITE_IPVS_ENGINE ?? 'nft');
  expect(machine.uid).toBe(process.getuid?.());
});
