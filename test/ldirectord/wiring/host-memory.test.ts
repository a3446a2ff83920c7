/** The last addresses of host names, kept in a small file. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  parseHostMemory,
  printHostMemory,
  readHostMemory,
  writeHostMemory,
} from '../../../lib/ldirectord/wiring/host-memory.js';

const folder = mkdtempSync(join(tmpdir(), 'host-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const KNOWN = new Map([
  ['ipv4 web.example.test', '192.0.2.1'],
  ['ipv6 web.example.test', '2001:db8::1'],
]);

test('what was written is known the next time, and nothing before', () => {
  expect(readHostMemory('www.cf', folder)).toEqual(new Map());
  writeHostMemory('www.cf', KNOWN, () => undefined, folder);
  expect(readHostMemory('www.cf', folder)).toEqual(KNOWN);
  const path = join(folder, 'ldirectord.www.cf.hosts');
  expect(readFileSync(path, 'utf8')).toBe('ipv4 web.example.test 192.0.2.1\nipv6 web.example.test 2001:db8::1\n');
  const before = statSync(path).ino;
  writeHostMemory('www.cf', KNOWN, () => undefined, folder);
  expect(statSync(path).ino).toBe(before);
});

test('a place that cannot be written to is told', () => {
  const said: string[] = [];
  writeHostMemory('www.cf', KNOWN, (_, text) => said.push(text), '/proc/nowhere');
  expect(said).toEqual(['Can not write /proc/nowhere/ldirectord.www.cf.hosts: No such file or directory']);
});

test('property: any addresses come back; any text is read without harm', () => {
  const names = fc.stringMatching(/^[a-z0-9.-]{1,20}$/);
  fc.assert(
    fc.property(fc.dictionary(names, fc.ipV4()), (entries) => {
      const known = new Map(Object.entries(entries).map(([name, address]) => [`ipv4 ${name}`, address]));
      expect(parseHostMemory(printHostMemory(known))).toEqual(known);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const address of parseHostMemory(text).values()) expect(address).toMatch(/^[0-9A-Fa-f:.%]+$/);
    }),
  );
});
