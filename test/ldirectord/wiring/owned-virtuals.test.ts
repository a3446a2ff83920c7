/** What a killed daemon leaves behind is known to the next one, and only to one that may act on it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownedVirtuals } from '../../../lib/ldirectord/wiring/owned-virtuals.js';

const folder = mkdtempSync(join(tmpdir(), 'owned-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});
const said: string[] = [];
const owned = (name = 'www.cf', config = '/etc/ha.d/www.cf') =>
  ownedVirtuals(name, config, (_, text) => said.push(text), folder);
const WEB = 'tcp:10.0.0.3:80';
const MAIL = 'tcp:10.0.0.3:25';
/** The claim of a process that is no more, or is something else. */
const left = (claim: unknown, name = 'www.cf'): void =>
  writeFileSync(join(folder, `ldirectord.${name}.virtuals`), JSON.stringify(claim));

test('nothing was left: nothing is taken over', () => {
  expect(owned().takeOver()).toBeUndefined();
});

test('a daemon that was killed', () => {
  left({ pid: 999_999_999, config: '/etc/ha.d/www.cf', virtuals: [WEB, MAIL] });
  expect(owned().takeOver()).toEqual({ pid: 999_999_999, virtuals: new Set([WEB, MAIL]) });
});

test('a daemon that was killed, of our own number: in a container numbers come again', () => {
  left({ pid: process.pid, config: '/etc/ha.d/www.cf', virtuals: [WEB] });
  expect(owned().takeOver()?.virtuals).toEqual(new Set([WEB]));
});

test('another file of the same name is none of our business', () => {
  left({ pid: 999_999_999, config: '/root/www.cf', virtuals: [WEB] });
  expect(owned().takeOver()).toBeUndefined();
});

test('what another daemon answers for now is not ours any more', async () => {
  const child = spawn('/bin/sh', ['-c', 'echo; sleep 60; true', 'ldirectord', 'mail.cf', 'start'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const pid = child.pid ?? 0;
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    left({ pid: 999_999_999, config: '/etc/ha.d/www.cf', virtuals: [WEB, MAIL] });
    left({ pid, config: '/etc/ha.d/mail.cf', virtuals: [MAIL] }, 'mail.cf');
    expect(owned().takeOver()?.virtuals).toEqual(new Set([WEB]));
    // A daemon of our own name that lives has left nothing.
    left({ pid, config: '/etc/ha.d/www.cf', virtuals: [WEB, MAIL] });
    expect(owned().takeOver()).toBeUndefined();
  } finally {
    process.kill(-pid, 'SIGKILL');
  }
});

test.each(['', '{', '[]', '{"pid":1}', '{"pid":1,"config":"/etc/ha.d/www.cf","virtuals":[1]}'])(
  'a damaged file (%s) counts as none',
  (text) => {
    writeFileSync(join(folder, 'ldirectord.www.cf.virtuals'), text);
    expect(owned().takeOver()).toBeUndefined();
  },
);

test('a claim is written as a whole, and gone after an end in good order', () => {
  const mine = owned();
  mine.claim(new Set([WEB]));
  expect(readdirSync(folder)).toEqual(['ldirectord.www.cf.virtuals']);
  mine.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder that cannot be written to is told once', () => {
  said.length = 0;
  const mine = ownedVirtuals('www.cf', '/x', (_, text) => said.push(text), '/proc/nowhere');
  mine.claim(new Set([WEB]));
  mine.claim(new Set([MAIL]));
  mine.release();
  expect(said).toEqual(['Can not write /proc/nowhere/ldirectord.www.cf.virtuals: No such file or directory']);
});
