/** Recordings of genuine nodes under loss, and of hand-made peers, played to our machine: the same decisions (reference 4.4, 4.5). */
import { text } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';
import { loggedBetween, Playback, type Recorded, recordedFrom, summary, uuidOf } from '../../support/playback.js';

const LOSS = 'bcast-sha1-loss-rexmit';

const about = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => /lost packet|pkts missing|lost a lot|Irretrievably/.test(line));

/** Numbers we asked for, each with how often. */
const asked = (ours: Playback): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  for (const { effect } of ours.effects) {
    if (effect.type !== 'send' || text(effect.message, 't') !== 'NS_rexmit') continue;
    const last = Number(text(effect.message, 'lastseq'));
    for (let seq = Number(text(effect.message, 'firstseq')); seq <= last; seq++)
      found.set(seq, (found.get(seq) ?? 0) + 1);
  }
  return found;
};

const numbers = (packets: readonly Recorded[]): readonly number[] =>
  packets.flatMap(({ message }) => {
    const seq = text(message, 'seq');
    return seq === undefined ? [] : [Number.parseInt(seq, 16)];
  });

test.each(['lb1', 'lb2'])(
  'a sender that loses one packet in four: %s misses and gets back what the genuine one did',
  (self) => {
    const peer = self === 'lb1' ? 'lb2' : 'lb1';
    const packets = recordedFrom(LOSS, '01-loss.pcap', peer);
    const ours = new Playback({ self, uuid: uuidOf(LOSS, '01-loss.pcap', self) });
    ours.play(packets);
    const genuine = about(loggedBetween(LOSS, self, 'loss', 'after'));
    const said = about(ours.logged());
    // The capture begins a little after the log, and ends a little before it.
    const start = genuine.indexOf(said[0] ?? '');
    expect(genuine.slice(start, start + said.length)).toEqual(said);
    expect(genuine.length - said.length).toBeLessThanOrEqual(2);
    // Every gap was asked for, and for nothing else.
    const seen = numbers(packets);
    const gaps = new Set<number>();
    let highest = seen[0] ?? 0;
    for (const seq of seen) {
      for (let missing = highest + 1; missing < seq; missing++) gaps.add(missing);
      highest = Math.max(highest, seq);
    }
    expect([...asked(ours).keys()].every((seq) => gaps.has(seq))).toBe(true);
  },
);

const DECISIONS = [
  'Link lb2:eth0 up.',
  'Status update for node',
  'remote resource transition',
  'wants to go standby',
  'can take our',
  'give up',
  'resource release completed',
  'Local standby process',
  'Other node completed',
];

const decisions = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => DECISIONS.some((part) => line.includes(part)));

/** What the genuine node in our place logged from the peer's first packet on. */
const genuineDecisions = (recording: string): readonly string[] => {
  const all = decisions(loggedBetween(recording, 'lb1', '', '### nowhere'));
  return all.slice(all.findIndex((line) => line.includes('Link lb2:eth0 up.')));
};

const UUID = new Uint8Array(16).fill(1);

test.each(['minimal-peer', 'minimal-peer-text', 'peer-without-acks'])(
  '%s joins and gets its groups back, with the same decisions line by line',
  (recording) => {
    const ours = new Playback({ self: 'lb1', uuid: UUID });
    ours.pass(20_000);
    const since = ours.now;
    ours.play(recordedFrom(recording, 'peer.pcap', 'lb2'));
    expect(decisions(ours.logged(since))).toEqual(genuineDecisions(recording));
    expect(ours.view().resources).toBe('local');
  },
);

test('a peer that never acknowledges: clients wait from 250 on until it dies, as beside the genuine node', () => {
  const ours = new Playback({ self: 'lb1', uuid: UUID, keepalive: millis(100) });
  ours.pass(20_000);
  ours.play(recordedFrom('peer-without-acks', 'peer.pcap', 'lb2'));
  ours.pass(10_000);
  const lines = ours.logged().filter((line) => /clients are now/.test(line));
  expect(lines).toEqual(['info: all clients are now paused', 'info: all clients are now resumed']);
  expect(ours.view().resources).toBe('all');
});

test('a peer with a status of its own stays a partner, and gets nothing twice that it has acknowledged', () => {
  const recording = 'peer-bogus-status';
  const ours = new Playback({ self: 'lb1', uuid: UUID });
  ours.play(recordedFrom(recording, 'peer.pcap', 'lb2'));
  const said = ours.logged();
  expect(said).toContain('info: Status update for node lb2: status banana');
  expect(said.filter((line) => line.includes('is dead'))).toEqual([]);
  const sent = ours.effects.flatMap(({ effect }) =>
    effect.type === 'send' ? [text(effect.message, 'seq') ?? ''] : [],
  );
  const numbered = sent.filter((seq) => seq !== '');
  expect(numbered.length).toBe(new Set(numbered).size);
  expect(ours.view().resources).toBe('local');
});

test('a request has the words of a genuine one, with numbers in decimal', () => {
  const recording = 'bcast-sha1-rcvloss-rexmit';
  const shape = (line: string): string => line.replace(/\d+/g, 'N');
  const requests = (lines: readonly string[]): ReadonlySet<string> =>
    new Set(lines.filter((line) => line.startsWith('NS_rexmit')).map(shape));
  const genuine = requests(recordedFrom(recording, '01-loss.pcap', 'lb1').map(({ message }) => summary(message)));
  const ours = new Playback({ self: 'lb1', uuid: uuidOf(LOSS, '01-loss.pcap', 'lb1') });
  ours.play(recordedFrom(LOSS, '01-loss.pcap', 'lb2'));
  const sent = ours.effects.flatMap(({ effect }) => (effect.type === 'send' ? [summary(effect.message)] : []));
  expect(requests(sent)).toEqual(genuine);
});
