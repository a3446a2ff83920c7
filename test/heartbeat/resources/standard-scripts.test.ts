import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStandardScript, STANDARD_SCRIPTS } from '../../../lib/heartbeat/resources/standard-scripts.js';
import { projectRoot } from '../../support/paths.js';

/** From the Debian package heartbeat, which the tests need anyway. */
const genuine = (name: string): string => readFileSync(`/etc/ha.d/rc.d/${name}`, 'latin1');

test.each(STANDARD_SCRIPTS)(
  'rc.d/%s of heartbeat 3.0.6 is known, also from another folder and with other comments',
  (name) => {
    const script = genuine(name);
    expect(isStandardScript(name, script)).toBe(true);
    expect(isStandardScript(name, script.replaceAll('/usr/share/heartbeat', '/usr/lib64/heartbeat'))).toBe(true);
    expect(isStandardScript(name, `${script}\n\n   # looked at by the administrator\n`)).toBe(true);
  },
);

test.each(STANDARD_SCRIPTS)('our own rc.d/%s is known too, and a change to it makes it another', (name) => {
  const script = readFileSync(join(projectRoot, 'packaging', 'etc', 'ha.d', 'rc.d', name), 'latin1');
  expect(isStandardScript(name, script)).toBe(true);
  expect(isStandardScript(name, `${script}\n# a note\n`)).toBe(true);
  expect(isStandardScript(name, `${script}\ntrue\n`)).toBe(false);
});

test.each(STANDARD_SCRIPTS)('an own line in rc.d/%s makes it a script of the administrator', (name) => {
  expect(isStandardScript(name, `${genuine(name)}\nlogger "$HA_src"\n`)).toBe(false);
  expect(isStandardScript(name, '#!/bin/sh\nexit 0\n')).toBe(false);
  expect(isStandardScript(name === 'status' ? 'hb_takeover' : 'status', genuine(name))).toBe(false);
});
