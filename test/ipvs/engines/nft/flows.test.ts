import { forgetArguments, staleFlows } from '../../../../lib/ipvs/engines/nft/flows.js';
import { parseSaved } from '../../../../lib/ipvs/grammar/save.js';

const isLocal = (address: string) => address.startsWith('127.');

const stale = (before: string, after: string) =>
  staleFlows(parseSaved(before), parseSaved(after), isLocal).map((flows) => forgetArguments(flows).join(' '));

const DNS = '-A -u 10.0.0.1:53 -s rr\n';
const r = (last: number, more = '-m -w 1') => `-a -u 10.0.0.1:53 -r 192.168.0.${last}:53 ${more}\n`;

test('flows to a deleted server are forgotten, those to the others are not', () => {
  expect(stale(`${DNS}${r(1)}${r(2)}`, `${DNS}${r(2)}`)).toEqual([
    '-D -f ipv4 -p udp --orig-dst 10.0.0.1 --orig-port-dst 53 --reply-src 192.168.0.1',
  ]);
});

test('a server that is quiesced keeps its flows, and tcp is left alone', () => {
  expect(stale(`${DNS}${r(1)}`, `${DNS}${r(1, '-m -w 0')}`)).toEqual([]);
  const web = '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1\n';
  expect(stale(web, '')).toEqual([]);
});

test('flows to a fallback on this host are forgotten when it is deleted', () => {
  const fallback = '-a -u 10.0.0.1:53 -r 127.0.0.1:53 -g -w 1\n';
  const expected = '-D -f ipv4 -p udp --orig-dst 10.0.0.1 --orig-port-dst 53';
  expect(stale(`${DNS}${fallback}`, `${DNS}${r(1)}`)).toEqual([`${expected} --reply-src 10.0.0.1`]);
  expect(stale(`${DNS}${fallback.replace('-g', '-m')}`, `${DNS}${r(1)}`)).toEqual([expected]);
});

test('flows that were there before their service are handed out by it', () => {
  const six = '-A -u [2001:db8::1]:53 -s rr\n';
  expect(stale('', six)).toEqual([
    '-D -f ipv6 -p udp --orig-dst 2001:db8::1 --orig-port-dst 53 --reply-src 2001:db8::1',
  ]);
});

test('a server of a mark is known by its address, unless it serves elsewhere too', () => {
  const mark = '-A -f 7 -s rr\n';
  const server = '-a -f 7 -r 192.168.0.1:0 -m -w 1\n';
  expect(stale(`${mark}${server}`, mark)).toEqual(['-D -f ipv4 -p udp --reply-src 192.168.0.1']);
  expect(stale(`${DNS}${r(1)}${mark}${server}`, `${DNS}${r(1)}${mark}`)).toEqual([]);
});
