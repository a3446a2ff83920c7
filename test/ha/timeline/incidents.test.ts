/** What an incident is, what led to what, and how long an address was without an answer. */
import type { HaEvent } from '../../../lib/events/event.js';
import { type Incident, incidentsOf, QUIET } from '../../../lib/ha/timeline/incidents.js';
import { merge } from '../../../lib/ha/timeline/merge.js';
import { wayText } from '../../../lib/ha/timeline/report.js';
import {
  ADDRESS,
  announcement,
  deathOfLb1,
  deathStory,
  holding,
  job,
  journal,
  node,
  resource,
  startOfBoth,
} from './journals.js';

const incidents = (...events: readonly HaEvent[]): readonly Incident[] => incidentsOf(merge(events, 'lb2'));

test('a death: late, dead, take over, announcement, check, table', () => {
  const { lb1, lb2 } = deathStory(1234);
  const [one, ...more] = incidents(...lb1, ...lb2);
  expect(more).toEqual([]);
  expect(one?.summary).toBe('lb2: node lb1: active -> dead; 10.0.0.100 was without an answer for 1.046 s (lb1 -> lb2)');
  expect(one === undefined ? '' : wayText(one)).toBe(
    'link dead +0.000 s -> lb1 dead +0.001 s -> lb2 takes over +0.001 s -> first announcement +0.024 s -> first check +0.228 s -> table +0.238 s',
  );
  expect(one?.addresses).toEqual([
    { address: ADDRESS, from: ['lb1'], owners: ['lb2'], outage: 1046, longest: 1046, double: 0 },
  ]);
});

test('each entry names what led to it', () => {
  const { lb1, lb2 } = deathStory();
  const [{ entries } = { entries: [] }] = incidents(...lb1, ...lb2);
  const told = entries.map(({ event, because }) => [
    event.type,
    because === null ? null : entries[because]?.event.type,
  ]);
  expect(told).toEqual([
    ['link', null],
    ['node', 'link'],
    ['holding', 'node'],
    ['holding', 'node'],
    ['job', 'node'],
    ['announcement', 'job'],
    ['resource', 'job'],
    ['daemon', 'job'],
    ['config', 'daemon'],
    ['check', 'config'],
    ['table', 'check'],
    ['resource', 'job'],
    ['job', 'job'],
  ]);
});

test('with the journal of the survivor alone it is the same', () => {
  const { lb2 } = deathStory();
  expect(incidents(...lb2)[0]?.addresses).toEqual([
    { address: ADDRESS, from: ['lb1'], owners: ['lb2'], outage: 1046, longest: 1046, double: 0 },
  ]);
});

test('a daemon that was killed has left its addresses up, if its machine has not booted since', () => {
  const { lb1: first, lb2 } = deathStory();
  const lb1 = journal('lb1');
  lb1.restart();
  lb1.at(604_000, { type: 'config', change: 'in force', file: '/etc/ha.d/ha.cf' });
  const booted = incidents(...first, ...lb1.events, ...lb2);
  expect(booted[0]?.addresses).toMatchObject([{ outage: 1046, double: 0 }]);
  lb1.at(604_020, job('begun', 1, 'every', 'the last run did not end by itself'));
  lb1.at(604_050, resource(ADDRESS, 'stop', 4));
  const [killed] = incidents(...first, ...lb1.events, ...lb2);
  expect(killed?.addresses).toMatchObject([{ from: ['lb1'], owners: ['lb2'], outage: 0 }]);
  // The clocks are known to some milliseconds.
  expect(Math.abs((killed?.addresses[0]?.double ?? Number.NaN) - 3000)).toBeLessThanOrEqual(3);
});

test('what a shadow would have done begins no incident', () => {
  const lb1 = journal('lb1');
  const difference = { subject: 'tcp:10.0.0.3:80', genuine: 'scheduler rr', ours: 'scheduler wrr', duration: 7000 };
  lb1.at(1000, { type: 'difference', change: 'began', ...difference }, 'ldirectord-shadow');
  expect(incidents(...lb1.events)).toEqual([]);
  lb1.at(2000, node('lb2', 'active', 'dead'));
  expect(incidents(...lb1.events)).toHaveLength(1);
});

test('a node that was never there held nothing', () => {
  const lb2 = journal('lb2');
  lb2.at(0, { type: 'daemon', change: 'started' });
  lb2.at(10_000, node('lb1', 'init', 'dead', 'nothing heard for 10000 ms'));
  lb2.at(10_001, job('begun', 1, 'all', 'lb1 is dead'));
  lb2.at(10_020, announcement(ADDRESS));
  expect(incidents(...lb2.events)[0]?.summary).toBe('lb2: node lb1: init -> dead; 10.0.0.100 came to lb2');
});

test('a node that takes its leave is not one that died some time ago', () => {
  const lb2 = journal('lb2');
  lb2.at(0, node('lb1', 'active', 'dead', 'nothing heard for 1000 ms'));
  lb2.at(10_000, node('lb1', 'dead', 'active'));
  lb2.at(900_000, holding('lb1', 'local', 'none'));
  lb2.at(900_001, job('begun', 1, 'foreign', 'lb1 is dead'));
  lb2.at(900_020, announcement(ADDRESS));
  lb2.at(901_000, node('lb1', 'active', 'dead', 'nothing heard for 1000 ms'));
  const told = incidents(...lb2.events).map(({ addresses }) => addresses.map(({ outage }) => outage));
  // Its own journal would tell when it stopped; without that nobody knows.
  expect(told).toEqual([[], [0]]);
});

test('a hand-over: from the stop here to the announcement there', () => {
  const [lb1, lb2] = [journal('lb1', -400), journal('lb2')];
  startOfBoth(lb1, lb2);
  const at = 300_000;
  lb1.at(at, { type: 'standby', from: 'not', to: 'me' });
  lb2.at(at + 3, { type: 'standby', from: 'not', to: 'other' });
  lb1.at(at + 6, holding('lb1', 'local', 'none'));
  lb1.at(at + 6, job('begun', 5, 'local', 'a hand-over was asked for'));
  lb1.at(at + 40, resource(ADDRESS, 'stop', 30));
  lb1.at(at + 41, job('ended', 5, 'local', 'a hand-over was asked for'));
  lb1.at(at + 42, { type: 'standby', from: 'me', to: 'done' });
  lb2.at(at + 45, { type: 'standby', from: 'other', to: 'done' });
  lb2.at(at + 45, job('begun', 6, 'foreign', 'a hand-over was asked for'));
  lb2.at(at + 70, announcement(ADDRESS));
  lb2.at(at + 75, job('ended', 6, 'foreign', 'a hand-over was asked for'));
  const [one] = incidents(...lb1.events, ...lb2.events);
  expect(one?.entries[0]?.event.type).toBe('standby');
  // The stop began 10 ms after the request; the clocks are known to some ms.
  expect(Math.abs((one?.addresses[0]?.outage ?? Number.NaN) - 60)).toBeLessThanOrEqual(4);
  expect(one?.addresses[0]).toMatchObject({ from: ['lb1'], owners: ['lb2'], double: 0 });
});

test('two nodes that do not hear each other both answer', () => {
  const [lb1, lb2] = [journal('lb1'), journal('lb2')];
  startOfBoth(lb1, lb2);
  lb1.at(601_000, node('lb2', 'active', 'dead', 'nothing heard for 1000 ms'));
  deathOfLb1(lb2);
  const heal = 630_000;
  lb1.at(heal, node('lb2', 'dead', 'active'));
  lb2.at(heal, node('lb1', 'dead', 'active'));
  lb2.at(heal + 100, job('begun', 9, 'foreign', 'both nodes had them'));
  lb2.at(heal + 150, resource(ADDRESS, 'stop', 50));
  const [one, ...more] = incidents(...lb1.events, ...lb2.events);
  expect(more).toEqual([]);
  // From the announcement by lb2 to the beginning of its stop.
  expect(one?.addresses).toMatchObject([{ from: ['lb1'], owners: ['lb1'], outage: 0, double: heal + 100 - 601_046 }]);
  expect(one?.summary).toMatch(/always had an answer \(lb1 -> lb1\), and two machines answered for 29\.054 s$/);
});

test('an address that nobody takes is without an answer until the story ends', () => {
  const lb1 = journal('lb1');
  lb1.at(0, announcement(ADDRESS));
  lb1.at(100_000, { type: 'daemon', change: 'stopping' });
  lb1.at(100_500, resource(ADDRESS, 'stop', 100));
  lb1.at(101_000, { type: 'daemon', change: 'stopped' });
  expect(incidents(...lb1.events)[0]?.summary).toBe(
    'lb1: the daemon is stopping; 10.0.0.100 was without an answer for 0.600 s and still is (lb1 -> nobody)',
  );
});

test('it ends when it is quiet, and what is not bad begins none', () => {
  const lb1 = journal('lb1');
  lb1.at(0, node('lb2', 'up', 'active'));
  lb1.at(1000, { type: 'late', duration: 400 });
  lb1.at(1000 + QUIET, node('lb2', 'active', 'up'));
  lb1.at(1001 + 2 * QUIET, node('lb2', 'up', 'active'));
  lb1.at(1002 + 4 * QUIET, { type: 'late', duration: 500 });
  expect(incidents(...lb1.events).map(({ entries }) => entries.length)).toEqual([2, 1]);
});
