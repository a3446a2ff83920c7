import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownNodeName } from '../../../../lib/heartbeat/wiring/files/node-name.js';

test.each([
  ['LB1\nsecond line\n', 'lb1'],
  ['  lb2  ', 'lb2'],
  ['', hostname().toLowerCase()],
  ['\nlb3\n', hostname().toLowerCase()],
])('nodeinfo %j', (text, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'nodeinfo-'));
  try {
    writeFileSync(join(folder, 'nodeinfo'), text);
    expect(ownNodeName(join(folder, 'nodeinfo'))).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without nodeinfo it is the name of the machine', () => {
  expect(ownNodeName('/nonexistent/nodeinfo')).toBe(hostname().toLowerCase());
});
