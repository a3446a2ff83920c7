/** The page as text: what it says, and that nothing a stranger has named ever becomes markup. */
import fc from 'fast-check';
import type { HaEvent } from '../../../lib/events/event.js';
import { CONTENT_POLICY, pageOf, sectionsOf } from '../../../lib/ha/serve/page.js';
import { sparkline } from '../../../lib/ha/serve/sparkline.js';
import type { View } from '../../../lib/ha/serve/view.js';
import { directorHeard, heartbeatHeard, machineStatus } from '../../../lib/ha/status/status.js';
import type { PeerSnapshot } from '../../../lib/heartbeat/snapshot.js';
import type { LiveStatus } from '../../../lib/ldirectord/live-status.js';
import { escaped, html } from '../../../lib/text/html.js';
import { directorSays, heartbeatSays, peerSays, realSays } from '../../support/status-world.js';

const AT = 1_795_800_000_000;
const EVENT: HaEvent = {
  ...{ node: 'lb2', program: 'heartbeat', instance: '', run: 1, seq: 1, mono: 1 as never, wall: AT as never },
  ...{ type: 'node', name: 'lb1', from: 'active', to: 'dead' },
  ...{ cause: 'nothing heard for 1023 ms', decidedBy: '/etc/ha.d/ha.cf:3 (deadtime)' },
};
const viewOf = (some: Partial<View> = {}): View => ({
  status: machineStatus(AT, heartbeatHeard(heartbeatSays(AT - 400), AT), [
    { name: 'www.cf', heard: directorHeard(directorSays(AT - 300), AT) },
  ]),
  events: [EVENT],
  lateness: new Map([['lb1:eth0', [100, 600, 1200]]]),
  ...some,
});
/** What a reader sees: the text between the tags, blanks as one. */
const seen = (markup: string): string =>
  markup
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');

test('the facts are in the document', () => {
  const text = seen(pageOf(viewOf()));
  expect(text).toContain('lb2: ✗ 1 thing is not as it should be 192.168.0.2:80 of tcp:10.0.0.100:80 is down');
  expect(text).toMatch(
    /lb1 \(other node\) Status ✓ active since [\d: -]+ \(60 s\) Heard 0\.1 s ago; dead after 1\.0 s/,
  );
  expect(text).toMatch(/eth0 ✓ up since when: unknown heard 1\.2 s ago; at most 1\.2 s of 1\.0 s in the last minute/);
  expect(text).toMatch(/Holds local since [\d: -]+ \(59 s\)/);
  expect(text).toMatch(/IPaddr2::10\.0\.0\.100\/24\/eth0 ldirectord::www\.cf ✓ on lb1 [\d: -]+ \(59 s\) lb1/);
  expect(text).toContain('tcp 10.0.0.100:80 shop ? 1 of 2 up wlc');
  expect(text).toMatch(
    /192\.168\.0\.2:80 ✗ down [\d: -]+ \(10 min\) 5, now 0 masq 1 active, 0 inactive, 0\.2 s ago negotiate http: L7STATUS 503, 0\.5 s ago/,
  );
  expect(text).toContain('L7STATUS 503 503 Service Unavailable');
  expect(text).toContain('✗ node lb1: active -> dead because: nothing heard for 1023 ms; /etc/ha.d/ha.cf:3 (deadtime)');
  expect(text).toContain('On lb1: unknown; its own page shows it.');
});

test('connections that nobody knows: why, and none in place of a number', () => {
  const live = directorSays(AT - 300);
  const text = (more: Partial<LiveStatus>): string =>
    seen(
      pageOf(
        viewOf({
          status: machineStatus(AT, heartbeatHeard(heartbeatSays(AT), AT), [
            { name: 'www.cf', heard: directorHeard({ ...live, ...more }, AT) },
          ]),
        }),
      ),
    );
  const unread = text({ table: { at: null, problem: 'ipvsadm is not <installed>' } });
  expect(unread).toContain('Connections: ? unknown, ipvsadm is not &lt;installed>');
  expect(unread).toMatch(/192\.168\.0\.1:80 ✓ up [\d: -]+ \(10 min\) 5 masq unknown negotiate/);
  expect(text({ table: undefined as never })).toContain('Connections: ? unknown, the daemon is an earlier version');
  const [virtual] = live.virtuals;
  const gone = [{ ...virtual, reals: [realSays(AT, { state: 'down', connections: null })] }];
  expect(text({ virtuals: gone as LiveStatus['virtuals'] })).toContain('5 masq not in the table negotiate');
});

const withPeer = (peer: PeerSnapshot): View =>
  viewOf({ status: machineStatus(AT, heartbeatHeard({ ...heartbeatSays(AT - 400), peer }, AT), []) });

test('the half of the other node, with its age; and why it is unknown', () => {
  const text = seen(pageOf(withPeer(peerSays())));
  expect(text).toContain('As lb1 told 2.4 s ago.');
  expect(text).toMatch(/lb1 \(as it says itself\) Version ha-suite 1 Holds IPaddr2::10\.0\.0\.100\/24\/eth0 for 61 s/);
  expect(text).toContain('Files ? not the same as here: haresources, www.cf (only there)');
  expect(text).toContain('Links from lb1 lb2:eth0 ✓ up heard 2.1 s ago');
  expect(text).toContain('ldirectord www.cf on lb1 tcp:10.0.0.100:80 ? 2 of 3 up');
  expect(text).toContain('192.168.0.1:80 ✓ up for 10 min 5 8 active, 2 inactive , 4.0 s ago good');
  expect(text).toContain('192.168.0.9:80 ✗ down for 12 s 5 unknown L4TIMEOUT');
  expect(text).toContain('1 more did not fit into the message. 3 more virtual services did not fit into the message.');
  expect(text).toContain('ldirectord old.cf on lb1 ✗ it does not answer');
  expect(text).not.toContain('its own page shows it');
  expect(seen(pageOf(withPeer(peerSays(true))))).toContain(
    '✗ STALE lb1 does not tell any more; what follows was true 2.4 s ago.',
  );
  const unknown = seen(pageOf(withPeer({ node: 'lb1', told: null, problem: 'not told: lb1 runs another heartbeat' })));
  expect(unknown).toContain('What lb1 says of itself: unknown (not told: lb1 runs another heartbeat).');
  expect(unknown).toContain('On lb1: unknown (not told: lb1 runs another heartbeat).');
});

test('what is old is said to be stale, where it stands', () => {
  const old = heartbeatSays(AT - 60_000);
  const status = machineStatus(AT, { snapshot: old, age: 60_000, stale: true }, []);
  const { nodes, groups, head } = sectionsOf(viewOf({ status }));
  for (const part of [nodes, groups])
    expect(seen(part)).toContain('✗ STALE The daemon does not answer; what follows was true 60 s ago.');
  expect(seen(head)).toContain('heartbeat has not answered for 60 s');
});

test('nobody answers', () => {
  const status = machineStatus(AT, { snapshot: null, problem: 'no daemon runs' }, []);
  const text = seen(pageOf({ status, events: [], lateness: new Map() }));
  expect(text).toContain('✗ heartbeat: no daemon runs');
  expect(text).toContain('Nothing is known.');
});

test('the document brings everything with it, and the policy allows nothing else', () => {
  const page = pageOf(viewOf());
  expect(page).not.toMatch(/(src|href)="(?!data:,"|status\.json"|metrics")/);
  expect(page).not.toMatch(/ (style|on\w+)="/);
  expect(CONTENT_POLICY).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; script-src 'sha256-[\w+/]{43}=';/,
  );
  expect(CONTENT_POLICY).not.toContain('unsafe');
});

test('the bars of a link: fine, late, and over the limit', () => {
  const classes = (samples: readonly number[]): readonly string[] =>
    [...sparkline(samples, 1000).html.matchAll(/<rect class="(\w+)"/g)].map(([, name = '']) => name);
  expect(classes([100, 600, 1200])).toEqual(['fine', 'late', 'over']);
  expect(sparkline([], 1000).html).toContain('not heard yet');
});

test('a template escapes whatever is put into it, and markup only once', () => {
  expect(html`<b title="${'"x"'}">${'<i>&'}${html`<u>${"'"}</u>`}</b>`.html).toBe(
    '<b title="&quot;x&quot;">&lt;i&gt;&amp;<u>&#39;</u></b>',
  );
});

test('any text stays text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const safe = escaped(text);
      expect(safe).not.toMatch(/[<>"'`\p{Cc}]/u);
      expect(safe.replace(/&(amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
    }),
  );
});

test('hostile names add no element and no attribute, wherever they stand', () => {
  const tagsOf = (view: View): readonly string[] => pageOf(view).match(/<[a-z/!][^>]*>/gi) ?? [];
  const viewWith = (text: string): View => {
    const beats = heartbeatSays(AT - 400);
    const live = directorSays(AT - 300);
    const [virtual] = live.virtuals;
    const heartbeat = {
      ...beats,
      node: text,
      cluster: {
        ...beats.cluster,
        failing: [text],
        nodes: beats.cluster?.nodes.map((node) => ({
          ...node,
          name: text,
          links: node.links.map((link) => ({ ...link, name: text })),
        })),
      },
      groups: [{ ...beats.groups[0], node: text, resources: [text], line: text }],
    };
    const reals = [
      realSays(AT, { server: text, check: text, lastFailure: { at: new Date(AT).toISOString(), cause: text, text } }),
    ];
    const peer = peerSays();
    const told = {
      ...peer.told,
      suite: text,
      links: [{ node: text, link: text, status: 'up', heardAge: 1 }],
      groups: [{ prefers: text, group: text, heldFor: 1 }],
      files: [{ name: text, is: 'differs' }],
      directors: [
        { name: text, problem: text, virtuals: [], virtualsLeft: 0 },
        {
          ...{ name: text, problem: null, virtualsLeft: 0 },
          virtuals: [
            {
              ...{ id: text, total: 1, up: 0, fallback: true },
              reals: [{ server: text, state: 'down', stateFor: 1, weight: 1, cause: text, connections: null }],
            },
          ],
        },
      ],
    };
    const withTold = { ...heartbeat, peer: { ...peer, node: text, told } };
    return {
      status: machineStatus(AT, heartbeatHeard(withTold, AT), [
        {
          name: text,
          heard: directorHeard(
            { ...live, config: text, virtuals: [{ ...virtual, name: text, service: text, reals }] },
            AT,
          ),
        },
      ]),
      events: [{ ...EVENT, node: text, cause: text, decidedBy: text }],
      lateness: new Map(),
    };
  };
  const tame = tagsOf(viewWith('name'));
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=y>',
      "' onload='x",
      '</style><b>',
      '-->',
      '&lt;b&gt;',
    ),
  );
  fc.assert(
    fc.property(
      nasty.filter((text) => text !== ''),
      (text) => {
        expect(tagsOf(viewWith(text))).toEqual(tame);
      },
    ),
    { numRuns: 200 },
  );
});
