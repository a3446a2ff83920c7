import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupIds, userIds } from '../../lib/platform/accounts.js';

test('names and numbers as the files have them; damaged lines are passed over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  try {
    const path = join(folder, 'passwd');
    writeFileSync(path, 'root:x:0:0:root:/root:/bin/sh\nhacluster:x:103:106::/:/bin/false\n+::::::\n\nodd:x:abc\n');
    expect(userIds(path)).toEqual(
      new Map([
        ['root', 0],
        ['hacluster', 103],
      ]),
    );
    expect(groupIds(join(folder, 'none'))).toEqual(new Map());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
