import { randomBytes } from 'node:crypto';
import { REPORT } from '../../../../lib/heartbeat/cluster/told.js';
import type { HaConfig, Medium } from '../../../../lib/heartbeat/config/model.js';
import { message } from '../../../../lib/heartbeat/wire/message.js';
import { decodePacket } from '../../../../lib/heartbeat/wire/packet.js';
import { BUILT_IN_CODECS } from '../../../../lib/heartbeat/wire/zlib-codec.js';
import { outgoing, tooLarge } from '../../../../lib/heartbeat/wiring/traffic/outgoing.js';

const sign = { index: 1, method: 'sha1', key: 'x' } as const;
const keys = { sign, keys: new Map([[1, sign]]) };
const at = { file: 'ha.cf', line: 1, column: 1 };
const bcast: Medium = { kind: 'bcast', name: 'eth0', device: 'eth0', port: 694 };
const serial: Medium = { kind: 'serial', name: '/dev/ttyS0', device: '/dev/ttyS0', baud: 19200 };
const ping: Medium = { kind: 'ping', name: '10.0.0.1', host: '10.0.0.1' };
const config = (...media: readonly Medium[]): Pick<HaConfig, 'messageFormat' | 'compression' | 'media'> => ({
  messageFormat: 'classic',
  compression: { algorithm: 'zlib', threshold: 2048, traditional: false },
  media: media.map((value) => ({ value, at })),
});
const noise = (length: number) => message({ t: 'x', v: randomBytes(length / 2).toString('hex') });

test('both forms say the same, and the text form is made once', () => {
  const packet = outgoing(message({ t: 'status', src: 'lb1' }), sign, config(bcast), BUILT_IN_CODECS);
  const [netstring, text] = [packet.netstring, packet.text()].map((data) => decodePacket(data, keys));
  expect(netstring).toMatchObject({ ok: true, encoding: 'netstring' });
  expect(text).toMatchObject({ ok: true, encoding: 'text' });
  if (netstring?.ok && text?.ok) expect(text.message).toEqual(netstring.message);
  expect(packet.text()).toBe(packet.text());
});

test('only what may wait and may be long is kept from serial lines', () => {
  const bulky = (type: string) => outgoing(message({ t: type }), sign, config(serial), BUILT_IN_CODECS).bulky;
  expect([bulky('status'), bulky('resource'), bulky('NS_ackmsg'), bulky(REPORT)]).toEqual([false, false, false, true]);
});

test.each([
  ['an ordinary message', noise(300), [bcast, ping], false],
  ['60 kB over UDP', noise(60_000), [bcast], false],
  ['66 kB over UDP', noise(66_000), [bcast], true],
  ['60 kB over a slow serial line', noise(60_000), [serial, ping], true],
  ['60 kB over both: one of them is enough', noise(60_000), [serial, bcast], false],
  ['300 kB that can be packed', message({ t: 'x', v: 'y'.repeat(300_000) }), [bcast], false],
  ['300 kB that cannot', noise(300_000), [bcast], true],
])('%s', (_what, long, media, refused) => {
  const said = tooLarge(long, sign, config(...media), BUILT_IN_CODECS);
  expect(said !== undefined).toBe(refused);
  if (refused) expect(said).toMatch(/^Message too long: a message of type x takes \d+ bytes, at most \d+ fit/);
});
