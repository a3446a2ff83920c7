import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentSettings } from '../../../lib/heartbeat/resources/environment.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { createRcScripts, messageEnvironment, type RcScripts } from '../../../lib/heartbeat/wiring/rc-scripts.js';
import { millis } from '../../../lib/time.js';
import { textOf } from '../../support/files.js';

const settings: EnvironmentSettings = {
  self: 'lb1',
  logfile: '/var/log/ha-log',
  debugfile: undefined,
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
    HA_DEBUGLOG: '/var/log/ha-log',
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
    message({ t: 'x', DIR: '/tmp', CURHOST: 'evil', NOARCHBIN: '/tmp', 'A=B': '1', 'a b': '2', from_id: 'me' }),
    'up',
    settings,
  );
  expect(env.HA_DIR).toBe('/etc/ha.d/');
  expect(env.HA_CURHOST).toBe('lb1');
  expect(env).not.toHaveProperty('HA_NOARCHBIN');
  expect(env.HA_from_id).toBe('me');
  expect(Object.keys(env).filter((name) => !/^\w+$/.test(name))).toEqual([]);
});

describe('rc.d', () => {
  let folder: string;
  const said: string[] = [];
  const opened: (() => void)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rc-'));
    mkdirSync(join(folder, 'rc.d'));
    const harc = `#!/bin/sh\nif [ "$1" = broken ]; then echo no luck >&2; exit 3; fi\necho "$1 $HA_src" >>${folder}/ran\n`;
    writeFileSync(join(folder, 'harc'), harc);
    chmodSync(join(folder, 'harc'), 0o755);
    said.length = 0;
  });
  afterEach(() => {
    for (const end of opened.splice(0)) end();
    rmSync(folder, { recursive: true });
  });

  const script = (name: string, text = '#!/bin/sh\nexit 0\n', mode = 0o755): void => {
    writeFileSync(join(folder, 'rc.d', name), text);
    chmodSync(join(folder, 'rc.d', name), mode);
  };
  const open = (harc = join(folder, 'harc')): RcScripts =>
    createRcScripts({
      settings,
      log: (priority, text) => said.push(`${priority}: ${text}`),
      folder: join(folder, 'rc.d'),
      harc,
      every: millis(5),
    });
  const ran = (): string => textOf(join(folder, 'ran'));
  /** Watches; the answer waits until exactly these are replaced. */
  const watch = (scripts: RcScripts): ((wanted: readonly string[]) => Promise<void>) => {
    let now: string | undefined;
    let check = (): void => {};
    opened.push(
      scripts.watch((names) => {
        now = names.join();
        check();
      }),
    );
    return (wanted) =>
      new Promise((resolve) => {
        check = () => {
          if (now === wanted.join()) resolve();
        };
        check();
      });
  };

  test('scripts of the administrator run, in order; a failure is one line; what nobody calls does not run', async () => {
    for (const name of ['foo', 'broken', 'shutdone', '.hidden']) script(name);
    const scripts = open();
    for (const t of ['status', 'broken', 'foo', 'unheard', '.hidden', '../harc', 'x'.repeat(300), 'a\0b', 'shutdone']) {
      scripts.notify(message({ t, src: 'lb2' }), 'active');
    }
    scripts.notify(message({ t: 'foo', src: 'lb3' }), 'active');
    await scripts.idle();
    expect(ran()).toBe('foo lb2\nfoo lb3\n');
    expect(said).toEqual([`ERROR: ${folder}/rc.d/broken: return code 3 (no luck)`]);
  });

  test('one that is put there while the daemon runs is found', async () => {
    const scripts = open();
    scripts.notify(message({ t: 'foo', src: 'early' }), 'active');
    script('foo');
    scripts.notify(message({ t: 'foo', src: 'late' }), 'active');
    await scripts.idle();
    expect(ran()).toBe('foo late\n');
  });

  test('a folder that is not there has no scripts', async () => {
    const scripts = createRcScripts({ settings, log: (_, text) => said.push(text), folder: join(folder, 'none') });
    scripts.notify(message({ t: 'status' }), 'active');
    await scripts.idle();
    expect(said).toEqual([]);
  });

  describe('standard names', () => {
    const genuine =
      '#!/bin/sh\n#  a comment\n. $HA_FUNCS\n\ncase $HA_st in\n  dead)\t$HA_NOARCHBIN/mach_down $HA_src;;\nesac\n';

    test('the genuine script is not run: the daemon does its work', async () => {
      script('status', genuine);
      script('hb_takeover');
      const scripts = open();
      await watch(scripts)(['hb_takeover']);
      scripts.notify(message({ t: 'status', src: 'lb2' }), 'active');
      scripts.notify(message({ t: 'hb_takeover', src: 'lb2' }), 'active');
      await scripts.idle();
      expect(ran()).toBe('hb_takeover lb2\n');
    });

    test("an administrator's own takes its place as soon as it is there, and no longer", async () => {
      script('status', genuine);
      const scripts = open();
      const replaced = watch(scripts);
      script('status', `${genuine}logger "$HA_src $HA_st"\n`);
      await replaced(['status']);
      scripts.notify(message({ t: 'status', src: 'lb2' }), 'active');
      expect(await scripts.perform(message({ t: 'status', src: 'lb3' }), 'active')).toEqual({ outcome: 'done' });
      expect(ran()).toBe('status lb2\nstatus lb3\n');
      expect(said).toContain(`info: ${folder}/rc.d/status is not the standard script: it is run in its place.`);
      script('status', genuine);
      await replaced([]);
    });

    test('one that cannot be executed, and ask_resources, which genuine never runs, change nothing', async () => {
      script('status', '#!/bin/sh\n', 0o644);
      script('ask_resources');
      script('ip-request-resp');
      await watch(open())(['ip-request-resp']);
    });
  });

  test('without harc the script is run as harc would run it', async () => {
    script('foo', `#!/bin/sh\necho "$0 $1 $HA_src" >>${folder}/ran\n`);
    script('bar', '#!/bin/sh\n', 0o644);
    const scripts = open(join(folder, 'none'));
    scripts.notify(message({ t: 'foo', src: 'lb2' }), 'active');
    scripts.notify(message({ t: 'bar', src: 'lb2' }), 'active');
    await scripts.idle();
    expect(ran()).toBe(`${folder}/rc.d/foo foo lb2\n`);
    expect(said).toEqual([
      `info: Running ${folder}/rc.d/foo foo`,
      `ERROR: ${folder}/none: ${folder}/rc.d/bar: not executable`,
    ]);
  });
});
