/** The kernel engine on real IPVS, in User-Mode Linux: one boot, one program inside (kernel-inside.ts), its findings here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture, projectRoot } from '../support/paths.js';
import { runInUml } from '../support/uml.js';
import { findingsOf } from './findings.js';

const value = findingsOf('kernel-inside.js');

describe('the engine', () => {
  const rules = [
    '-A -t 10.0.0.1:80 -s wrr -p 60 -M 255.255.255.0',
    '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 3',
    '-a -t 10.0.0.1:80 -r 192.168.0.2:8080 -m -w 0',
    '-A -t 10.0.0.2:80 -s sh -b sh-port',
    // Direct routing keeps the port of the service, whatever was asked for.
    '-a -t 10.0.0.2:80 -r 10.0.0.31:80 -g -w 1',
    '-a -t 10.0.0.2:80 -r 10.0.0.32:80 -i -w 2 --tun-type ipip',
    '-A -u [2001:db8::1]:53 -s wlc -o',
    '-a -u [2001:db8::1]:53 -r [2001:db8::2]:5353 -m -w 1',
    '-A -f 7 -s rr',
    '-a -f 7 -r 192.168.0.1:0 -m -w 1',
    '-A -f 7 -6 -s rr -p 300 -M 64',
  ];

  test('makes every kind of service and destination, as the genuine program lists them', () => {
    expect(value('all kinds of additions, failed')).toEqual([]);
    expect(value('genuine rules')).toEqual(['-A -f -1 -s rr', ...rules, '']);
    expect(value('genuine thresholds')).toContain(
      '  -> 192.168.0.2:8080             9          4          0          0         ',
    );
  });

  test('reads back what is there, large marks included', () => {
    expect(value('engine table')).toEqual(['-A -f 4294967295 -s rr', ...rules]);
  });

  test('edits and deletes', () => {
    expect(value('all kinds of edits, failed')).toEqual([]);
    expect(value('engine table after edits')).toEqual([
      '-A -f 4294967295 -s rr',
      '-A -t 10.0.0.1:80 -s rr',
      '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 5',
      ...rules.slice(3, 8),
      rules[10],
    ]);
    expect(value('thresholds after edits')).toContain(
      '  -> 192.168.0.1:80               7          0          0          0         ',
    );
  });

  test('reports each change that could not be made with its reason, and makes the others', () => {
    expect(value('impossible changes, failed')).toEqual([
      '-A -t 10.0.0.1:80 -s rr: Service already exists',
      '-a -t 10.0.0.9:80 -r 192.168.0.1:80 -m -w 1: Service not defined',
      '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1: Destination already exists',
      '-e -t 10.0.0.1:80 -r 192.168.0.7:80 -m -w 1: No such destination',
      '-a -t 10.0.0.1:80 -r 192.168.0.7:80 -m -w 1 -x 0 -y 3: Numerical result out of range',
      '-a -t 10.0.0.1:80 -r 224.0.0.1:80 -m -w 1: Invalid operation.  Possibly wrong module version, address not unicast, ...',
      '-A -t 10.0.0.3:80 -s twos: Scheduler or persistence engine not found',
    ]);
    expect(value('engine table after impossible changes')).toContain('-a -t 10.0.0.1:80 -r 192.168.0.8:80 -m -w 1');
  });

  test('makes a large batch in one go, and sees an empty table', () => {
    expect(value('a batch of 200, failed')).toEqual([]);
    expect(value('services after the batch')).toBe(205);
    expect(value('after clearing')).toEqual(['']);
  });
});

describe('traffic through two directors', () => {
  test('masquerading and direct routing share connections equally and keep the client address', () => {
    expect(value('tables of both directors, failed')).toEqual([]);
    expect(value('masq through lb1')).toEqual({ tally: { 'r1:80': 10, 'r2:80': 10 }, clients: ['10.0.5.10'] });
    expect(value('gate through lb1')).toEqual({ tally: { 'r1:80': 10, 'r2:80': 10 }, clients: ['10.0.0.10'] });
  });

  test('LVSSyncDaemonSwap runs the halves of the synchronisation and swaps them', () => {
    const daemon = (state: string) =>
      expect.stringMatching(new RegExp(`^${state} sync daemon \\(mcast=eth0, syncid=7,`));
    expect(value('status of the agent')).toBe('master running');
    expect(value('sync daemons')).toEqual([daemon('master'), daemon('backup')]);
    expect(value('sync daemons after the take-over')).toEqual([daemon('backup'), daemon('master')]);
  });

  test('an established connection goes on through the other director', () => {
    expect(value('the connection is known to the backup')).toBe(true);
    const { before, after } = value('the connection after the take-over') as { before: string; after: string };
    expect(before).toMatch(/^r[12]:80 10\.0\.5\.10$/);
    expect(after).toBe(before);
  });

  test('the other director serves, and drains', () => {
    expect(value('masq through lb2')).toEqual({ 'r1:80': 5, 'r2:80': 5 });
    expect(value('gate through lb2')).toEqual({ 'r1:80': 5, 'r2:80': 5 });
    expect(value('draining, failed')).toEqual([]);
    expect(value('masq while r1 drains')).toEqual({ 'r2:80': 6 });
  });
});

describe('ha-ipvsadm on the kernel engine', () => {
  test('gives the output, messages and status of the genuine program', () => {
    const pairs = value('ha-ipvsadm beside ipvsadm') as readonly (readonly [unknown, unknown])[];
    expect(pairs).toHaveLength(4);
    for (const [ours, genuine] of pairs) expect(ours).toEqual(genuine);
    expect(pairs[0]?.[0]).toMatchObject({ status: 0, stdout: expect.stringContaining('TCP  10.0.0.2:80 rr') });
  });

  test('restores', () => {
    expect(value('ha-ipvsadm -R')).toEqual([
      { status: 0, stdout: '', stderr: '' },
      { status: 0, stdout: '-A -t 10.0.0.5:80 -s rr\n', stderr: '' },
    ]);
  });
});

test.each(['table', 'restores'])('the recorded session %s is still what the genuine program does', (session) => {
  const recorded = readFileSync(fixture('ipvsadm', `${session}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  expect(value(`session ${session}`)).toEqual(recorded.map((line): unknown => JSON.parse(line)));
});

test('a program that fails inside makes the test fail, with what it said', async () => {
  await expect(runInUml(join(projectRoot, 'nothing-here.js'), { deadline: 200_000 })).rejects.toThrow(
    /Cannot find module/,
  );
}, 220_000);
