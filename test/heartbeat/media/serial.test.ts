/** The serial medium on a cable of its own: what may be long and is not urgent does not go over it. */
import { openSerial } from '../../../lib/heartbeat/media/serial.js';
import { until } from '../../../lib/lab/until.js';
import { openSerialPair } from '../../support/serial-pair.js';

test('a bulky packet is passed over, and what is sent next arrives', async () => {
  const cable = await openSerialPair();
  const heard: string[] = [];
  const open = (end: 0 | 1) =>
    openSerial(
      { kind: 'serial', name: cable.ends[end], device: cable.ends[end], baud: 19200 },
      {
        log: () => undefined,
        bindToDevice: async () => undefined,
        onPacket: (data) => heard.push(Buffer.from(data).toString('latin1')),
        onBroken: () => undefined,
      },
    );
  const [one, two] = [await open(0), await open(1)];
  try {
    const packet = (content: string) => ({ netstring: Buffer.from(content), text: () => Buffer.from(content) });
    await one.send({ ...packet('>>>\nt=NS_hs_report\n<<<\n'), bulky: true });
    await one.send(packet('>>>\nt=status\n<<<\n'));
    await until('the other end hears it', () => heard.some((text) => text.includes('status')), 5_000);
    expect(heard.join('')).not.toContain('NS_hs_report');
  } finally {
    await Promise.all([one.close(), two.close()]);
    await cable.unplug();
  }
}, 30_000);
