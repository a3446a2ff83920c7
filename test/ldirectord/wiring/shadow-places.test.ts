/** No file of a shadow is one of the daemon that keeps the table. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pidFilePath } from '../../../lib/ldirectord/wiring/config-path.js';
import {
  shadowJournal,
  shadowLogfile,
  shadowPidFile,
  shadowSocket,
} from '../../../lib/ldirectord/wiring/shadow-places.js';
import { directorSocket } from '../../../lib/platform/control-socket.js';
import { listDaemons } from '../../../lib/platform/daemons.js';
import { directorJournal } from '../../../lib/platform/event-journal.js';

test.each([
  ['/var/log/ldirectord.log', '/var/log/ldirectord-shadow.log'],
  ['/var/log/www', '/var/log/www-shadow'],
  ['/srv/v1.2/log', '/srv/v1.2/log-shadow'],
  ['local0', 'local0'],
])('the log beside %s is %s', (genuine, shadow) => expect(shadowLogfile(genuine)).toBe(shadow));

test('pid file, socket and journal, also of configurations with strange names', () => {
  for (const name of ['www.cf', 'shadow.www.cf', '-shadow.cf']) {
    expect(shadowPidFile(name)).not.toBe(pidFilePath(name));
    expect(shadowSocket(name)).not.toBe(directorSocket(name));
    expect(shadowJournal(name)).not.toBe(directorJournal(name));
    // The claims of daemons and their pid files are found by this beginning.
    expect(basename(shadowPidFile(name)).startsWith('ldirectord.')).toBe(false);
  }
});

test('who looks for daemons does not find a shadow', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shadow-'));
  try {
    for (const path of [shadowSocket('www.cf'), directorSocket('www.cf')])
      writeFileSync(join(folder, basename(path)), '');
    expect(listDaemons(folder)).toEqual([
      { program: 'ldirectord', instance: 'www.cf', socket: join(folder, 'ldirectord-www.cf.sock') },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
