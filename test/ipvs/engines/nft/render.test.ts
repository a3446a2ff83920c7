import { renderTransaction } from '../../../../lib/ipvs/engines/nft/render.js';
import { EMPTY_RULESET, type Objects, parseRuleset } from '../../../../lib/ipvs/engines/nft/ruleset.js';
import { parseSaved } from '../../../../lib/ipvs/grammar/save.js';

const nothingLocal = () => false;
const render = (objects: Objects, before: string, after: string) =>
  renderTransaction(objects, parseSaved(before), parseSaved(after), nothingLocal)
    .split('\n')
    .map((line) => line.replaceAll('inet ha_suite ', ''));

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
  const comments = render(NOTHING, '', long).flatMap((line) => /comment "(.*)"/.exec(line)?.[1] ?? []);
  expect(comments).toHaveLength(2);
  for (const comment of comments) expect(comment.length).toBeLessThanOrEqual(128);
  expect(comments[1]).toBe('-r [2001:db8:1111:2222:3333:4444:5555:7777]:65535 -m -w 2147483647 -x 65535 -y 65535');
});

test('a change leaves the rules of other services alone', () => {
  const other = '-A -u 10.0.0.2:53 -s rr\n-a -u 10.0.0.2:53 -r 192.168.0.1:53 -m -w 1\n';
  const lines = render(NOTHING, `${WEB}${other}`, `${TWO}${other}`);
  expect(lines.filter((line) => line.startsWith('flush') && line.includes('udp/'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('add rule udp/'))).toEqual([]);
  expect(lines.some((line) => line.startsWith('add rule tcp/10.0.0.1/80 numgen'))).toBe(true);
});

test('what is no longer wanted is swept away, also what nobody knows', () => {
  const objects: Objects = {
    exists: true,
    chains: ['prerouting', 'output', 'services', 'tcp/10.0.0.1/80', 'tcp/10.0.0.1/80/192.168.0.1/8080', 'junk'],
    sets: ['tcp/10.0.0.1/80/192.168.0.1/8080'],
    counters: ['tcp/10.0.0.1/80', 'tcp/10.0.0.1/80/192.168.0.1/8080'],
  };
  const gone = WEB.split('\n')[0] ?? '';
  const lines = render(objects, WEB, `${gone}\n`);
  expect(lines.filter((line) => line.startsWith('delete'))).toEqual([
    'delete chain tcp/10.0.0.1/80/192.168.0.1/8080',
    'delete chain junk',
    'delete set tcp/10.0.0.1/80/192.168.0.1/8080',
    'delete counter tcp/10.0.0.1/80/192.168.0.1/8080',
  ]);
  expect(lines.indexOf('flush chain junk')).toBeLessThan(lines.indexOf('delete chain junk'));
  expect(lines).toContain('add rule tcp/10.0.0.1/80 reject with icmpx port-unreachable');
});

test('the base chains outlive the last service, for the connections that are left; nothing happens when there is no table', () => {
  const chains = ['prerouting', 'output', 'services', 'tcp/10.0.0.1/80', 'tcp/10.0.0.1/80/192.168.0.1/8080'];
  const lines = render({ ...NOTHING, exists: true, chains }, WEB, '');
  expect(lines.filter((line) => line.startsWith('delete'))).toEqual(
    chains.slice(3).map((chain) => `delete chain ${chain}`),
  );
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
