/** The nftables transaction: what a service becomes, what is left alone, what is swept away. */
import { EMPTY_RULESET, type Objects, parseRuleset } from '../../../../lib/ipvs/engines/nft/ruleset.js';
import { renderTransaction } from '../../../../lib/ipvs/engines/nft/transaction.js';
import { parseSaved } from '../../../../lib/ipvs/grammar/save.js';

const nothingLocal = () => false;
const render = (objects: Objects, before: string, after: string) =>
  renderTransaction(objects, parseSaved(before), parseSaved(after), nothingLocal, 1)
    .text.split('\n')
    .map((line) => line.replaceAll('inet ha_suite ', ''));

/** What there is once a table has been made of nothing. */
const made = (table: string): Objects =>
  renderTransaction(NOTHING, { services: [] }, parseSaved(table), nothingLocal, 0).objects;

const NOTHING = EMPTY_RULESET.objects;
const WEB = '-A -t 10.0.0.1:80 -s wrr\n-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 3\n';
const TWO = `${WEB}-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 1\n`;

test('a service is a chain that hands out turns, a real server a chain that translates', () => {
  const lines = render(NOTHING, '', TWO);
  expect(lines).toContain(
    'add rule tcp/10.0.0.1/80 numgen inc mod 4 vmap { 0-1 : goto tcp/10.0.0.1/80/192.168.0.1/8080, ' +
      '2 : goto tcp/10.0.0.1/80/192.168.0.2/80, 3 : goto tcp/10.0.0.1/80/192.168.0.1/8080 }',
  );
  expect(lines).toContain('add rule tcp/10.0.0.1/80/192.168.0.1/8080 meta l4proto tcp dnat ip to 192.168.0.1:8080');
  expect(lines).toContain(
    'add rule services ip daddr . meta l4proto . th dport vmap { 10.0.0.1 . tcp . 80 : goto tcp/10.0.0.1/80 }',
  );
});

test('the comments hold what read() needs, within the 128 characters that nftables keeps', () => {
  const mark =
    '-A -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -s lblcr -p 2678400 -M 127 -b flag-1,flag-2,flag-3\n';
  const long = `${mark}-a -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -r [2001:db8:1111:2222:3333:4444:5555:7777]:65535 -m -w 2147483647 -x 65535 -y 65535\n`;
  const comments = render(NOTHING, '', long).flatMap((line) =>
    [...line.matchAll(/comment "([^"]*)"/g)].map(([, comment]) => comment ?? ''),
  );
  expect(comments).toHaveLength(3);
  for (const comment of comments) expect(comment.length).toBeLessThanOrEqual(128);
  expect(comments[2]).toBe('-r [2001:db8:1111:2222:3333:4444:5555:7777]:65535 -m -w 2147483647 -x 65535 -y 65535');
});

test('a change leaves the rules of other services alone', () => {
  const other = '-A -u 10.0.0.2:53 -s rr\n-a -u 10.0.0.2:53 -r 192.168.0.1:53 -m -w 1\n';
  const lines = render(NOTHING, `${WEB}${other}`, `${TWO}${other}`);
  expect(lines.filter((line) => line.startsWith('flush') && line.includes('udp/'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('add rule udp/'))).toEqual([]);
  expect(lines.some((line) => line.startsWith('add rule tcp/10.0.0.1/80 numgen'))).toBe(true);
});

test('another weight leaves the chain of the server alone, another method does not', () => {
  const chain = 'tcp/10.0.0.1/80/192.168.0.1/8080';
  const weight = render(made(TWO), TWO, TWO.replace('-w 3', '-w 5'));
  expect(weight.filter((line) => line.startsWith('flush'))).toEqual(['flush chain tcp/10.0.0.1/80']);
  expect(weight.filter((line) => line.startsWith('add rule'))).toHaveLength(3);
  expect(weight.some((line) => line.includes('comment "-r 192.168.0.1:8080 -m -w 5"'))).toBe(true);
  const sticky = render(made(TWO), TWO, TWO.replace('-s wrr', '-s wrr -p 60'));
  expect(sticky).toContain(`flush chain ${chain}`);
});

test('a batch that comes too late, after somebody else’s, cannot be made: it deletes the revision that it was made for', () => {
  const lines = render(made(WEB), WEB, TWO);
  expect(lines).toContain('delete chain revision/0');
  expect(lines).toContain('add chain revision/1');
});

test('the way to the services is only made anew when there is another service', () => {
  const other = '-A -u 10.0.0.2:53 -s rr\n-a -u 10.0.0.2:53 -r 192.168.0.1:53 -m -w 1\n';
  const dispatch = (lines: readonly string[]) => lines.filter((line) => line.startsWith('add rule services'));
  expect(dispatch(render(made(WEB), WEB, TWO))).toEqual([]);
  expect(dispatch(render(made(WEB), WEB, `${WEB}${other}`))).toHaveLength(1);
  expect(render(made(WEB), WEB, `${WEB}${other}`)).toContain('flush chain services');
});

test('what is no longer wanted is swept away, also what nobody knows', () => {
  const objects: Objects = {
    exists: true,
    chains: new Set([...made(WEB).chains, 'junk']),
    sets: new Set(['tcp/10.0.0.1/80/192.168.0.1/8080']),
    counters: made(WEB).counters,
    revisions: ['revision/7'],
  };
  const gone = WEB.split('\n')[0] ?? '';
  const lines = render(objects, WEB, `${gone}\n`);
  expect(lines.filter((line) => line.startsWith('delete'))).toEqual([
    'delete chain revision/7',
    'delete chain tcp/10.0.0.1/80/192.168.0.1/8080',
    'delete chain junk',
    'delete set tcp/10.0.0.1/80/192.168.0.1/8080',
    'delete counter tcp/10.0.0.1/80/192.168.0.1/8080',
  ]);
  expect(lines.indexOf('flush chain junk')).toBeLessThan(lines.indexOf('delete chain junk'));
  expect(lines).toContain('add rule tcp/10.0.0.1/80 reject with icmpx port-unreachable');
});

test('the base chains outlive the last service, for the connections that are left; nothing happens when there is no table', () => {
  const lines = render(made(WEB), WEB, '');
  expect(lines.filter((line) => line.startsWith('delete chain'))).toEqual([
    'delete chain revision/0',
    'delete chain tcp/10.0.0.1/80',
    'delete chain tcp/10.0.0.1/80/192.168.0.1/8080',
  ]);
  // Without a rule that asks for the state there would be no connection tracking, and so no translation.
  expect(lines).toContain('add rule prerouting ct state new fib daddr . mark type local goto services');
  expect(render(NOTHING, '', '')).toEqual(['']);
});

test('persistence remembers the masked client and asks before the turn', () => {
  const sticky = WEB.replace('-s wrr', '-s wrr -p 300 -M 255.255.255.0');
  const lines = render(NOTHING, '', sticky);
  const remember =
    'add rule tcp/10.0.0.1/80/192.168.0.1/8080 update @tcp/10.0.0.1/80/192.168.0.1/8080 { ip saddr & 255.255.255.0 timeout 300s }';
  expect(lines).toContain(remember);
  const ask = lines.findIndex((line) => line.startsWith('add rule tcp/10.0.0.1/80 ip saddr & 255.255.255.0 @'));
  expect(ask).toBeGreaterThan(0);
  expect(lines[ask + 1]).toBe('add rule tcp/10.0.0.1/80 goto tcp/10.0.0.1/80/192.168.0.1/8080');
  // Other groups of clients: what was remembered by the old mask means nothing any more.
  const remasked = sticky.replace('255.255.255.0', '255.255.0.0');
  expect(render(NOTHING, sticky, remasked)).toContain('flush set tcp/10.0.0.1/80/192.168.0.1/8080');
  expect(render(NOTHING, sticky, sticky.replace('-p 300', '-p 600')).join('\n')).not.toContain('flush set');
});

test('listings that are no listings are an empty ruleset', () => {
  for (const text of ['', '{', '[]', '{"nftables": 3}', '{"nftables": [null, 1, {"rule": 2}]}'])
    expect(parseRuleset(text).table).toEqual({ services: [] });
});
