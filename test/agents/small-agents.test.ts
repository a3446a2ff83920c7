/** The pure parts of the agents that are not about addresses. */
import { effective } from '../../lib/agents/arp-settings.js';
import { delaysOf, isDelay } from '../../lib/agents/delay.js';
import { pidsOf } from '../../lib/agents/file-users.js';
import { groupText, subjectLine } from '../../lib/agents/mail-to.js';
import { statusOf } from '../../lib/agents/ocf-instance.js';
import { arraysOf, isListed } from '../../lib/agents/raid1.js';
import { parseVirtualAddress, stateCode, stateText } from '../../lib/agents/realserver.js';
import { parseDefaults, parseInvocation, statusCode } from '../../lib/agents/realserver-command.js';
import { VENDORS } from '../../lib/agents/vendor.js';

test('Delay: what is not said is as the genuine agent has it', () => {
  expect(delaysOf([])).toEqual({ name: 'Delay_Delay_10', start: '20', stop: '30' });
  expect(delaysOf(['5'])).toEqual({ name: 'Delay_Delay_5', start: '5', stop: '30' });
  expect(delaysOf(['', '1'])).toEqual({ name: 'Delay_Delay_10', start: '10', stop: '1' });
  expect(['1', '1.5', '.5', '5.', '', '1s', '-1', '1.2.3'].map(isDelay)).toEqual([
    ...[true, true, true, true, true, false, false, false],
  ]);
});

test('MailTo: subjects', () => {
  expect(groupText(' Shop   front ')).toBe('Shop front');
  expect(groupText('A shop')).toBe('Resource Group');
  expect(subjectLine('start', undefined, 'now', 'lb1')).toBe('Resource Group Takeover in progress at now on lb1');
  expect(subjectLine('stop', 'Shop', 'now', 'lb1')).toBe('Shop Migrating resource away at now from lb1');
});

test('users of a folder, each once', () => {
  expect(pidsOf('12/cwd\n12/fd/3\n400/exe\nself/exe\n')).toEqual([12, 400]);
});

test('Raid1: arrays of a file and of the kernel', () => {
  expect(arraysOf('DEVICE partitions\nARRAY /dev/md0 UUID=1\nARRAY\t/dev/md/data\n#ARRAY /dev/md9\n')).toEqual([
    ...['/dev/md0', '/dev/md/data'],
  ]);
  expect(isListed('Personalities : [raid1]\nmd127 : active raid1\n', 'md127')).toBe(true);
  expect(isListed('Personalities : [raid1]\nmd127 : active raid1\n', 'md12')).toBe(false);
});

test('OCF: a status that says the contrary of its code is put right', () => {
  expect(statusOf('R', 0, '')).toEqual({ code: 0, output: 'R is running' });
  expect(statusOf('R', 0, 'all OK')).toEqual({ code: 0, output: 'all OK' });
  expect(statusOf('R', 7, 'not running')).toEqual({ code: 7, output: 'R is stopped' });
  expect(statusOf('R', 7, 'stopped')).toEqual({ code: 7, output: 'stopped' });
});

test('vendors: arguments become the variables of the genuine scripts', () => {
  const of = (name: string, args: readonly string[]) => {
    const vendor = VENDORS.find((each) => each.name === name);
    return [vendor?.variables(args), vendor?.instance(args)];
  };
  expect(of('ICP', ['1', '/dev/sda'])).toEqual([{ OCF_RESKEY_driveid: '1', OCF_RESKEY_device: '/dev/sda' }, 'ICP_1']);
  expect(of('WAS', ['9080'])).toEqual([{ OCF_RESKEY_port: '9080' }, 'WAS']);
  expect(of('WAS', ['/etc/passwd'])).toEqual([{ OCF_RESKEY_config: '/etc/passwd' }, 'WAS']);
  expect(of('WAS', ['http'])[0]).toMatch(/neither a WAS configuration file nor a valid port number/);
  expect(of('ids', ['/opt/ids', 'shop', 'onconfig'])).toEqual([
    { OCF_RESKEY_informixdir: '/opt/ids', OCF_RESKEY_informixserver: 'shop', OCF_RESKEY_onconfig: 'onconfig' },
    'ids_shop',
  ]);
  expect(of('ids', ['/opt/ids'])[0]).toMatch(/no argument or three/);
});

describe('realserver', () => {
  test('addresses and devices', () => {
    expect(parseVirtualAddress('10.0.0.1')).toEqual({ address: '10.0.0.1', device: 'lo' });
    expect(parseVirtualAddress('fd00::1/dummy1')).toEqual({ address: 'fd00::1', device: 'dummy1' });
    expect(parseVirtualAddress('10.0.0.1', 'dummy0')).toEqual({ address: '10.0.0.1', device: 'dummy0' });
    for (const wrong of ['10.0.0', '10.0.0.1/eth0', '10.0.0.1/lo/0', ''])
      expect(typeof parseVirtualAddress(wrong)).toBe('string');
  });

  test('an address that neighbours can learn does not count as running', () => {
    const state = { address: '10.0.0.1', device: 'lo', on: 'lo', leaks: [] };
    expect([stateText(state), stateCode(state)]).toEqual(['10.0.0.1 on lo is running', 0]);
    const leaking = { ...state, leaks: ['arp_ignore=0'] };
    expect(stateText(leaking)).not.toMatch(/running|OK/i);
    expect(stateCode(leaking)).toBe(1);
    const gone = { ...state, on: undefined };
    expect([statusCode([state]), statusCode([state, leaking]), statusCode([state, gone]), statusCode([gone])]).toEqual([
      ...[0, 1, 1, 3],
    ]);
  });

  test('a setting may stand at every interface instead of at all', () => {
    expect(effective(1, [0, 0])).toBe(1);
    expect(effective(0, [1, 1])).toBe(1);
    expect(effective(0, [1, 0])).toBe(0);
    expect(effective(0, [])).toBe(0);
  });

  test('the command line and the file of defaults', () => {
    expect(parseDefaults('# x\nADDRESSES="10.0.0.1  fd00::1"\nDEVICE=dummy0\n')).toEqual({
      ...{ addresses: ['10.0.0.1', 'fd00::1'], device: 'dummy0' },
    });
    expect(parseDefaults('')).toEqual({ addresses: [], device: 'lo' });
    expect(parseInvocation(['start'], 'ADDRESSES=10.0.0.1')).toEqual({
      ...{ kind: 'run', action: 'start', json: false, addresses: [{ address: '10.0.0.1', device: 'lo' }] },
    });
    expect(parseInvocation(['status', '--json', '10.0.0.2/dummy0', '10.0.0.3'], 'DEVICE=dummy1')).toMatchObject({
      ...{ action: 'status', json: true },
      addresses: [
        { address: '10.0.0.2', device: 'dummy0' },
        { address: '10.0.0.3', device: 'dummy1' },
      ],
    });
    expect(parseInvocation([], '')).toMatchObject({ kind: 'text', code: 2 });
    expect(parseInvocation(['--help'], '')).toMatchObject({ kind: 'text', code: 0 });
    expect(parseInvocation(['start', 'eth0'], '')).toMatchObject({ kind: 'text', code: 6 });
  });
});
