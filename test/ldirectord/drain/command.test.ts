/** `ha drain`, `ha undrain`, `ha disable`, `ha enable`: files, words, exit codes, and the wait. */
import { CONFIG, haOn, type Machine, OWN_FOLDER, START } from './tools.js';

const iso = (second: number): string => new Date(START + second * 1000).toISOString();
const DRAIN = `drain\nsince=${iso(0)}\nby=alice\n`;

describe('drain', () => {
  test('a file of our own kind, in a folder that is made when there is none', async () => {
    const machine: Machine = { made: [] };
    const { stdout, stderr, code } = await haOn(machine, 'drain', 'web1');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toBe(
      `10.0.0.5 is drained: no new connections from tcp:10.0.0.3:80, tcp:10.0.0.3:443 (${OWN_FOLDER}/10.0.0.5)\n`,
    );
    expect(machine.made).toEqual([OWN_FOLDER]);
    expect([...(machine.files ?? [])]).toEqual([['10.0.0.5', DRAIN]]);
  });

  test.each([
    ['10.0.0.5', '10.0.0.5'],
    ['10.0.0.5:80', '10.0.0.5:80'],
    ['web1:https', '10.0.0.5:443'],
    ['WEB1', '10.0.0.5'],
    ['www5.example.test', '10.0.0.5'],
    ['[fd00::5]:80', '[fd00::5]:80'],
    ['fd00:0::5', '[fd00::5]'],
  ])('%s is the file %s', async (word, file) => {
    const machine: Machine = { files: new Map() };
    expect((await haOn(machine, 'drain', word)).code).toBe(0);
    expect([...(machine.files ?? new Map()).keys()]).toEqual([file]);
  });

  test('with maintenancedir that folder is used, and has to be there', async () => {
    const config = 'maintenancedir=/run/maint\n';
    const machine: Machine = { config: `${config}${CONFIG}`, files: new Map() };
    expect((await haOn(machine, 'drain', 'web1')).stdout).toContain('(/run/maint/10.0.0.5)');
    const relative: Machine = { config: `maintenancedir=maint\n${CONFIG}`, files: new Map() };
    expect((await haOn(relative, 'drain', 'web1')).stdout).toContain('(/maint/10.0.0.5)');
    const none = await haOn({ config: `${config}${CONFIG}` }, 'drain', 'web1');
    expect([none.code, none.stderr]).toEqual([
      6,
      'ha: there is no /run/maint, which is the maintenancedir of /etc/ha.d/ldirectord.cf: make it, or name another\n',
    ]);
  });

  test('a deadline and a reason are kept in the file; a second drain leaves what it does not change', async () => {
    const machine: Machine = { files: new Map() };
    await haOn(machine, 'drain', '10.0.0.6', '--deadline', '8h', '--reason', 'new\ndisk');
    const text = `${DRAIN}deadline=${iso(8 * 3600)}\nreason=new disk\n`;
    expect(machine.files?.get('10.0.0.6')).toBe(text);
    const again = await haOn(machine, 'drain', '10.0.0.6');
    expect([again.code, again.stdout]).toEqual([0, `10.0.0.6 is drained already (${OWN_FOLDER}/10.0.0.6)\n`]);
    expect(machine.files?.get('10.0.0.6')).toBe(text);
    await haOn(machine, 'drain', '10.0.0.6', '--deadline', '1m');
    expect(machine.files?.get('10.0.0.6')).toBe(`${DRAIN}deadline=${iso(60)}\n`);
  });

  test('one port is drained already; the whole server is not', async () => {
    const machine: Machine = { files: new Map([['10.0.0.5:80', 'drain\n']]) };
    expect((await haOn(machine, 'drain', '10.0.0.5:80')).stdout).toContain('already');
    expect((await haOn(machine, 'drain', '10.0.0.5')).stdout).toContain('10.0.0.5 is drained: no new');
    expect([...(machine.files?.keys() ?? [])]).toEqual(['10.0.0.5:80', '10.0.0.5']);
  });

  test("somebody else's file disables it already, and stays as it is", async () => {
    const machine: Machine = { files: new Map([['web1', '']]), names: { '10.0.0.5': ['web1.example.test'] } };
    const { stdout, code } = await haOn(machine, 'drain', 'web1');
    expect([code, stdout]).toEqual([0, `10.0.0.5 is disabled already, and stays so (${OWN_FOLDER}/web1)\n`]);
    expect([...(machine.files ?? [])]).toEqual([['web1', '']]);
  });

  test('name servers are only asked when a file bears a name', async () => {
    const machine: Machine = { files: new Map([['10.0.0.9', '']]), asked: [] };
    await haOn(machine, 'drain', 'web1');
    expect(machine.asked).toEqual([]);
    machine.files?.set('web9', '');
    await haOn(machine, 'drain', 'web1');
    expect(machine.asked).toEqual(['10.0.0.5']);
  });

  test('without a daemon it counts later; persistent clients come back', async () => {
    const { stdout, code } = await haOn(
      { files: new Map(), daemon: 'none', persistence: 'by default' },
      'drain',
      'web1',
    );
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      'No ldirectord runs for /etc/ha.d/ldirectord.cf: this counts when one is started.',
      '10.0.0.3:443 is persistent: clients that come back within 600 s still reach it (sysctl net.ipv4.vs.expire_quiescent_template=1 ends that)',
      '',
    ]);
  });

  test('with the nft engine nothing keeps persistent clients away', async () => {
    const { stdout } = await haOn({ files: new Map(), persistence: 'always' }, 'drain', '10.0.0.5:443');
    expect(stdout.split('\n')[1]).toBe(
      '10.0.0.3:443 is persistent: clients that come back within 600 s still reach it',
    );
    // Nor has a server without such a service anything to do with it.
    expect((await haOn({ files: new Map(), persistence: 'always' }, 'drain', '10.0.0.6')).stdout).not.toMatch(
      'persist',
    );
  });

  test.each([
    ['', `does not look at ${OWN_FOLDER}`],
    ['maintenancedir=/run/maint\n', 'does with a drain as quiescent says'],
  ])('a genuine daemon, or one of an earlier version, with %j', async (directive, what) => {
    const machine: Machine = { config: `${directive}${CONFIG}`, files: new Map(), daemon: 'other' };
    const { stdout, code } = await haOn(machine, 'drain', 'web1');
    expect([code, stdout.split('\n')[1]]).toEqual([
      0,
      `The ldirectord that runs for /etc/ha.d/ldirectord.cf is another program or an earlier version: it ${what}.`,
    ]);
    // Any of them disables it, when the file is where it looks.
    expect((await haOn(machine, 'disable', 'web1')).stdout.includes('The ldirectord that runs')).toBe(directive === '');
  });

  test('the same for machines', async () => {
    const { stdout } = await haOn(
      {
        files: new Map(),
        loads: [
          [0, 2],
          [0, 0],
        ],
      },
      'drain',
      'web1',
      '--wait',
      '--json',
    );
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      command: 'drain',
      real: 'web1',
      config: '/etc/ha.d/ldirectord.cf',
      daemon: 'current',
      servers: [
        {
          server: '10.0.0.5',
          file: `${OWN_FOLDER}/10.0.0.5`,
          virtuals: ['tcp:10.0.0.3:80', 'tcp:10.0.0.3:443'],
          state: 'drained',
          changed: true,
          text: expect.stringContaining('is drained'),
        },
      ],
      wait: { end: 'safe', safe: true, active: 0, inactive: 7, weight: 0 },
    });
  });
});

describe('drain --wait', () => {
  const loads: Machine['loads'] = [
    [5, 3],
    [0, 3],
    [0, 3],
    [0, 1],
    [0, 0],
  ];

  test('a line for every change, until it is safe', async () => {
    const { stdout, stderr, code } = await haOn({ files: new Map(), loads }, 'drain', 'web1', '--wait');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout.split('\n').slice(1)).toEqual([
      '3 active connections, and new ones: ldirectord has not set its weight of 5 to 0 yet',
      '3 active connections',
      '1 active connection',
      '0 active connections',
      '10.0.0.5 has no active connections: safe to stop',
      '',
    ]);
  });

  test('on a terminal one line that changes', async () => {
    const { stdout } = await haOn({ files: new Map(), loads, isTerminal: true }, 'drain', 'web1', '--wait');
    expect(stdout.split('\r\u001b[K').slice(1)).toEqual([
      '3 active connections, and new ones: ldirectord has not set its weight of 5 to 0 yet',
      '3 active connections',
      '1 active connection',
      '0 active connections',
      '10.0.0.5 has no active connections: safe to stop\n',
    ]);
  });

  test('no connections, but a weight: not safe', async () => {
    const { code } = await haOn({ files: new Map(), loads: [[5, 0]] }, 'drain', 'web1', '--wait', '--deadline', '9s');
    expect(code).toBe(1);
  });

  test('the deadline passes: how many are left, and it stays drained', async () => {
    const machine: Machine = { files: new Map(), loads: [[0, 3]] };
    const { stderr, code } = await haOn(machine, 'drain', 'web1', '--wait', '--deadline', '5s');
    expect([code, stderr]).toEqual([
      1,
      'ha: 10.0.0.5: the deadline has passed, 3 active connections left: it stays drained\n',
    ]);
    expect(machine.files?.get('10.0.0.5')).toBe(`${DRAIN}deadline=${iso(5)}\n`);
  });

  test('interrupted', async () => {
    const machine: Machine = { files: new Map(), loads: [[0, 3]], patience: 4 };
    const { stderr, code } = await haOn(machine, 'drain', 'web1', '--wait');
    expect([code, stderr]).toEqual([130, 'ha: 10.0.0.5: interrupted, 3 active connections left: it stays drained\n']);
    expect(machine.files?.has('10.0.0.5')).toBe(true);
  });

  test('connections that cannot be counted are not none', async () => {
    const blind = await haOn({ files: new Map(), loads: ['no conntrack'] }, 'drain', 'web1', '--wait');
    expect([blind.code, blind.stderr]).toEqual([1, 'ha: 10.0.0.5: no conntrack: it stays drained\n']);
    // A table that could be read once is given a while.
    const late = await haOn({ files: new Map(), loads: [[0, 1], 'busy', [0, 0]] }, 'drain', 'web1', '--wait');
    expect([late.code, late.stdout.split('\n').slice(1, 4)]).toEqual([
      0,
      ['1 active connection', 'busy', '0 active connections'],
    ]);
    const gone = await haOn({ files: new Map(), loads: [[0, 1], 'busy'] }, 'drain', 'web1', '--wait');
    expect([gone.code, gone.stderr]).toEqual([1, 'ha: 10.0.0.5: busy: it stays drained\n']);
  });
});

describe('undrain, disable, enable', () => {
  test('a drain and its end; a second end is no error', async () => {
    const machine: Machine = { files: new Map() };
    await haOn(machine, 'drain', 'web1');
    const first = await haOn(machine, 'undrain', '10.0.0.5');
    expect([first.code, first.stdout]).toEqual([0, `10.0.0.5 is undrained (removed ${OWN_FOLDER}/10.0.0.5)\n`]);
    expect(machine.files?.size).toBe(0);
    const second = await haOn(machine, 'undrain', 'web1');
    expect([second.code, second.stdout]).toEqual([0, '10.0.0.5 is not drained\n']);
  });

  test('disable with a reason, in place of a drain; undrain leaves it, enable ends it', async () => {
    const machine: Machine = { files: new Map([['10.0.0.5', 'drain\n']]) };
    const { stdout, code } = await haOn(machine, 'disable', 'web1', '--reason', 'smoke');
    expect([code, stdout]).toEqual([
      0,
      `10.0.0.5 is disabled: out of tcp:10.0.0.3:80, tcp:10.0.0.3:443 (${OWN_FOLDER}/10.0.0.5)\n`,
    ]);
    expect(machine.files?.get('10.0.0.5')).toBe(`disable\nsince=${iso(0)}\nby=alice\nreason=smoke\n`);
    expect((await haOn(machine, 'undrain', 'web1')).stdout).toBe(
      `10.0.0.5 is not drained; it is disabled by ${OWN_FOLDER}/10.0.0.5, see ha enable\n`,
    );
    expect((await haOn(machine, 'enable', 'web1')).stdout).toContain('10.0.0.5 is enabled (removed');
    expect(machine.files?.size).toBe(0);
    expect((await haOn(machine, 'enable', 'web1')).stdout).toBe('10.0.0.5 is not disabled\n');
  });

  test('every file that means the server goes, whatever it is called, and no other', async () => {
    const others = new Map([
      ['10.0.0.6', 'drain\n'],
      ['README', 'drain\n'],
    ]);
    const files = new Map([...others, ['10.0.0.5:443', 'drain\n'], ['web1', ''], ['10.0.0.5', 'drain\n']]);
    const machine: Machine = { files, names: { '10.0.0.5': ['web1.example.test'] } };
    expect((await haOn(machine, 'undrain', 'web1')).stdout).toContain(`it is disabled by ${OWN_FOLDER}/web1`);
    expect([...files.keys()]).toEqual(['10.0.0.6', 'README', 'web1']);
    expect((await haOn(machine, 'enable', 'web1', '--json')).code).toBe(0);
    expect(files).toEqual(others);
  });

  test('one port of a server that is drained as a whole cannot be had back alone', async () => {
    const machine: Machine = { files: new Map([['10.0.0.5', 'drain\n']]) };
    const { stderr, code } = await haOn(machine, 'undrain', '10.0.0.5:80');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^ha: \S+\/10\.0\.0\.5 means other real servers than 10\.0\.0\.5:80 as well: undrain the whole/,
    );
    expect(machine.files?.size).toBe(1);
  });
});

describe('what goes wrong', () => {
  test.each([
    [['drain'], 2, /missing required argument 'real'/],
    [['drain', 'web1', '--deadline', 'soon'], 2, /^ha: --deadline must be a time such as 90s, 10m or 8h, not 'soon'/],
    [
      ['drain', 'web2'],
      2,
      /has no real server 'web2' \(did you mean 'web1'\?\)\nIts real servers: 10\.0\.0\.5:80 \(web1\), /,
    ],
    [['undrain', '10.0.0.5:81'], 2, /has no real server '10\.0\.0\.5:81' \(did you mean '10\.0\.0\.5:80'\?\)/],
    [['enable', '[fd00::5'], 2, /has no real server '\[fd00::5'/],
    [['disable', ''], 2, /has no real server ''\nIts real servers/],
    [['drain', 'web1', '--config', 'none.cf'], 6, /^Config file none\.cf not found$/m],
    [['undrain', 'web1', '--wait'], 2, /unknown option '--wait'/],
  ])('%j', async (words, code, said) => {
    const machine: Machine = { files: new Map() };
    const result = await haOn(machine, ...words);
    expect([result.code, result.stdout, machine.files?.size]).toEqual([code, '', 0]);
    expect(result.stderr).toMatch(said);
  });

  test('a configuration with a mistake', async () => {
    const { stderr, code } = await haOn({ config: 'virtual=10.0.0.3:80\n    reel=web1:80 masq\n' }, 'drain', 'web1');
    expect(code).toBe(6);
    expect(stderr).toMatch(/^\/etc\/ha\.d\/ldirectord\.cf:2:5: error: /);
  });

  test.each([
    ['drain', new Map(), '10.0.0.5'],
    ['undrain', new Map([['10.0.0.5', 'drain\n']]), '10.0.0.5'],
    ['disable', undefined, undefined],
  ])('%s: a folder that must not be changed', async (name, files, file) => {
    const { stderr, stdout, code } = await haOn(
      { files, refusal: 'Permission denied: run this as root' },
      name,
      'web1',
    );
    const path = file === undefined ? OWN_FOLDER : `${OWN_FOLDER}/${file}`;
    expect([code, stdout, stderr]).toEqual([4, '', `ha: ${path}: Permission denied: run this as root\n`]);
  });
});
