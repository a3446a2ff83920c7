import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { createRcScripts, messageEnvironment, type ScriptSettings } from '../../../lib/heartbeat/wiring/rc-scripts.js';

const settings: ScriptSettings = {
  self: 'lb1',
  logfile: '/var/log/ha-log',
  debugfile: '/var/log/ha-debug',
  logfacility: 'local0',
  debug: 1,
  useLogd: false,
  environment: { colour: 'blue' },
  path: '/usr/bin:/bin',
  legacy: false,
};

test('the environment of a script, as heartbeat reference 1.4 lists it', () => {
  expect(messageEnvironment(message({ t: 'shutdone', src: 'lb2', st: 'dead' }), 'active', settings)).toMatchObject({
    HA_DIR: '/etc/ha.d/',
    HA_FUNCS: '/etc/ha.d//shellfuncs',
    HA_CURHOST: 'lb1',
    HA_LOGFILE: '/var/log/ha-log',
    HA_DEBUGLOG: '/var/log/ha-debug',
    HA_LOGFACILITY: 'local0',
    HA_debug: '1',
    HA_colour: 'blue',
    HA_t: 'shutdone',
    HA_src: 'lb2',
    HA_st: 'dead',
    HA_OSTATUS: 'active',
    HA_NICEFAILBACK: 'yes',
    HA_LOGD: 'no',
  });
});

test('a message from the network cannot change the variables that scripts trust, nor name odd ones', () => {
  const env = messageEnvironment(
    message({ t: 'x', DIR: '/tmp', CURHOST: 'evil', 'A=B': '1', 'a b': '2' }),
    'up',
    settings,
  );
  expect(env.HA_DIR).toBe('/etc/ha.d/');
  expect(env.HA_CURHOST).toBe('lb1');
  expect(Object.keys(env).filter((name) => !/^\w+$/.test(name))).toEqual([]);
});

describe('rc.d', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rc-'));
    mkdirSync(join(folder, 'rc.d'));
    const harc = `#!/bin/sh\nif [ "$1" = broken ]; then echo no luck >&2; exit 3; fi\necho "$1 $HA_src" >>${folder}/ran\n`;
    writeFileSync(join(folder, 'harc'), harc);
    chmodSync(join(folder, 'harc'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('only scripts of the administrator run, in order; a failure is one line', async () => {
    for (const name of ['status', 'hb_takeover', 'shutdone', 'broken', '.hidden']) {
      writeFileSync(join(folder, 'rc.d', name), '');
    }
    const said: string[] = [];
    const scripts = await createRcScripts({
      settings,
      log: (priority, text) => said.push(`${priority}: ${text}`),
      folder: join(folder, 'rc.d'),
      harc: join(folder, 'harc'),
    });
    for (const t of ['status', 'broken', 'shutdone', 'unheard', '.hidden', '../harc']) {
      scripts.notify(message({ t, src: 'lb2' }), 'active');
    }
    scripts.notify(message({ t: 'shutdone', src: 'lb3' }), 'active');
    await scripts.idle();
    expect(readFileSync(join(folder, 'ran'), 'utf8')).toBe('shutdone lb2\nshutdone lb3\n');
    expect(said).toEqual([`ERROR: ${folder}/rc.d/broken: return code 3 (no luck)`]);
  });

  test('a folder that is not there has no scripts', async () => {
    const scripts = await createRcScripts({ settings, log: () => {}, folder: join(folder, 'none') });
    scripts.notify(message({ t: 'status' }), 'active');
    await scripts.idle();
  });
});
