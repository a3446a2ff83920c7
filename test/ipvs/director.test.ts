/** ldirectord-ts from end to end on real IPVS, in User-Mode Linux: one boot, one play inside (director-inside.ts), judged here. */
import { findingsOf } from './findings.js';

const value = findingsOf('director-inside.js');

const EVENLY = { 'r1:80': 3, 'r2:80': 3 };

test('start: every kind of virtual is in the kernel with its healthy servers', () => {
  expect(value('start')).toEqual({ status: 0, stderr: '' });
  expect(value('table after the start')).toEqual([
    '-A -t 10.0.0.1:80 -s wrr',
    '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1',
    '-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 1',
    '-A -t 10.0.0.1:90 -s rr -p 300',
    '-a -t 10.0.0.1:90 -r 192.168.0.1:90 -m -w 1',
    '-a -t 10.0.0.1:90 -r 192.168.0.2:90 -m -w 1',
    '-A -t 10.0.0.2:80 -s rr',
    '-a -t 10.0.0.2:80 -r 10.0.0.31:80 -g -w 1',
    '-a -t 10.0.0.2:80 -r 10.0.0.32:80 -g -w 1',
    '-A -t [2001:db8::1]:80 -s rr',
    '-a -t [2001:db8::1]:80 -r [2001:db8:1::1]:80 -m -w 1',
    '-a -t [2001:db8::1]:80 -r [2001:db8:1::2]:80 -m -w 1',
    '-A -f 7 -s rr',
    '-a -f 7 -r 192.168.0.1:80 -m -w 1',
    '-a -f 7 -r 192.168.0.2:80 -m -w 1',
  ]);
});

test.each(['masq', 'gate', 'ipv6', 'firewall mark'])('traffic: %s is shared equally', (kind) => {
  expect(value(kind)).toEqual(EVENLY);
});

test('connections: the daemon tells what ipvsadm lists, the open one and those that have ended', () => {
  const { said, listed, problem } = value('connections') as Readonly<Record<'said' | 'listed', readonly string[]>> & {
    problem: unknown;
  };
  expect([said, problem]).toEqual([listed, null]);
  expect(said.map((row) => row.split(' ')[1]).toSorted()).toEqual(['0', '1']);
  expect(said.every((row) => /^1 [01] [1-9]\d*$/.test(row))).toBe(true);
});

/** Answers of healthy servers only: no refusal, no silence, no fallback in between. */
const onlyGood = { 'r1:80': expect.any(Number), 'r2:80': expect.any(Number) };

test('killed and started again: the table is adopted; a client that keeps asking and an open connection notice nothing', () => {
  const { connection, ...rest } = value('killed and started again') as { connection: readonly string[] };
  expect(rest).toEqual({ status: 0, another: true, table: true, answers: onlyGood });
  expect(connection[0]).toMatch(/^r[12]:80 10\.0\.5\.10$/);
  expect(connection[1]).toBe(connection[0]);
});

test('reload: a weight, a virtual that comes and goes; the same client notices nothing', () => {
  const { connection } = value('killed and started again') as { connection: readonly string[] };
  expect(value('reload')).toEqual({
    reloaded: true,
    added: { 'r1:90': 2 },
    back: true,
    connection: connection[0],
    answers: onlyGood,
  });
});

test('quiescence with persistence: known clients stay with their server, new ones do not come to it', () => {
  expect(value('quiescent')).toBe(true);
  expect(value('clients of a quiescent server')).toEqual({
    connection: true,
    known: { quiescent: 4 },
    fresh: { well: 4 },
  });
});

test('death: the dead server leaves every virtual that checked it, and no client meets it', () => {
  expect(value('death')).toBe(true);
  expect(value('after the death')).toEqual({
    masq: { 'r2:80': 4 },
    ipv6: { 'r2:80': 4 },
    mark: { 'r2:80': 4 },
    gate: 2,
  });
});

test('fallback: it serves when the last one dies, and goes when one comes back', () => {
  expect(value('fallback in the table')).toBe(true);
  expect(value('fallback')).toEqual({ 'sorry:80': 4 });
  expect(value('back')).toBe(true);
  expect(value('after the return')).toEqual({ 'r2:80': 4 });
});

test('stop: the kernel holds nothing of it any more', () => {
  expect(value('stopped')).toBe(true);
  expect(value('table after the stop')).toEqual([]);
  expect((value('log') as readonly string[]).filter((line) => line !== '').at(-1)).toBe(
    'Linux Director Daemon terminated on signal: TERM',
  );
});

test('the real servers had the address on lo and on a dummy device of its own, kept quiet, and are as before', () => {
  expect(value('real servers')).toEqual({
    before: { dummies: [expect.stringMatching(/inet 10\.0\.0\.2\/32$/)], silence: ['1\n', '1\n'] },
    after: { dummy: false, silence: ['0\n', '0\n'] },
  });
});
