import { type Media, type MediumPlan, openMedia } from '../../../lib/heartbeat/media/media.js';
import { type MediumContext, MediumError, type Outgoing, TooLarge } from '../../../lib/heartbeat/media/medium.js';

const packet = (content: string): Outgoing => ({ netstring: Buffer.from(content), text: () => Buffer.from(content) });

/** A medium whose every property a test can break. */
const fake = (link: string) => {
  const state = {
    sent: [] as string[],
    opened: 0,
    closed: 0,
    intact: true,
    tooLarge: false,
    refuseOpen: undefined as string | undefined,
    refuseSend: undefined as string | undefined,
    context: undefined as MediumContext | undefined,
  };
  const plan: MediumPlan = {
    link,
    title: `bcast ${link}`,
    open: async (context) => {
      if (state.refuseOpen !== undefined) throw new MediumError([state.refuseOpen]);
      state.opened += 1;
      state.context = context;
      return {
        title: `bcast ${link}`,
        started: [`started ${link}`],
        send: async (packet) => {
          if (state.tooLarge) throw new TooLarge(70_000, 65_507);
          if (state.refuseSend !== undefined) {
            throw Object.assign(new Error('send failed'), { code: state.refuseSend });
          }
          state.sent.push(Buffer.from(packet.netstring).toString());
        },
        isIntact: () => state.intact,
        close: async () => {
          state.closed += 1;
        },
      };
    },
  };
  return { state, plan };
};

const setUp = async (...plans: MediumPlan[]): Promise<{ media: Media; said: string[]; seen: string[] }> => {
  const said: string[] = [];
  const seen: string[] = [];
  const media = await openMedia({
    plans,
    log: (priority, text) => said.push(`${priority}: ${text}`),
    bindToDevice: async () => undefined,
    onPacket: (data, link, from) => seen.push(`${link} ${from ?? '-'}: ${data}`),
  });
  return { media, said, seen };
};

test('every packet goes to every medium, and what arrives is told under the link name', async () => {
  const one = fake('eth0');
  const two = fake('eth1');
  const { media, said, seen } = await setUp(one.plan, two.plan);
  await media.send(packet('hello'));
  expect([one.state.sent, two.state.sent]).toEqual([['hello'], ['hello']]);
  two.state.context?.onPacket(Buffer.from('reply'), '10.0.0.2');
  one.state.context?.onPacket(Buffer.from('tty'));
  expect(seen).toEqual(['eth1 10.0.0.2: reply', 'eth0 -: tty']);
  expect(said).toEqual(['info: started eth0', 'info: started eth1']);
});

test('one medium that fails does not keep the packet from the others', async () => {
  const one = fake('eth0');
  const two = fake('eth1');
  const { media, said } = await setUp(one.plan, two.plan);
  one.state.refuseSend = 'ENETUNREACH';
  await media.send(packet('a'));
  one.state.refuseSend = undefined;
  await media.send(packet('b'));
  expect([one.state.sent, two.state.sent]).toEqual([['b'], ['a', 'b']]);
  expect(said.slice(2)).toEqual(['ERROR: write_child: write failure on bcast eth0.: Network is unreachable']);
});

test('a medium that cannot be opened at the start is fatal, all failures are told, nothing stays open', async () => {
  const good = fake('eth0');
  const bad = fake('eth9');
  const worse = fake('eth8');
  bad.state.refuseOpen = 'glib: IP interface [eth9] does not exist';
  worse.state.refuseOpen = 'glib: IP interface [eth8] does not exist';
  await expect(setUp(good.plan, bad.plan, worse.plan)).rejects.toMatchObject({
    messages: [
      'glib: IP interface [eth9] does not exist',
      'make_io_childpair: cannot open bcast eth9',
      'glib: IP interface [eth8] does not exist',
      'make_io_childpair: cannot open bcast eth8',
    ],
  });
  expect(good.state.closed).toBe(1);
});

test('a device that was replaced is opened anew; until that works it is tried again and told once', async () => {
  const one = fake('eth0');
  const { media, said } = await setUp(one.plan);
  await media.check();
  expect(one.state.opened).toBe(1);
  one.state.intact = false;
  one.state.refuseOpen = 'glib: IP interface [eth0] does not exist';
  for (let index = 0; index < 5; index += 1) await media.check();
  one.state.refuseOpen = undefined;
  one.state.intact = true;
  one.state.context?.onBroken('Network is down');
  await media.check();
  expect(one.state.opened).toBe(2);
  expect(one.state.closed).toBe(1);
  expect(said.slice(1)).toEqual([
    'ERROR: bcast eth0: its device has changed. Communications restart failed. Will try again later. (glib: IP interface [eth0] does not exist)',
    'info: bcast eth0: Network is down. Communications restart succeeded.',
  ]);
});

test('a medium that only fails to write is opened anew now and then', async () => {
  const one = fake('eth0');
  const { media } = await setUp(one.plan);
  one.state.refuseSend = 'ENETDOWN';
  for (let second = 0; second < 12; second += 1) {
    await media.send(packet('x'));
    await media.check();
  }
  expect(one.state.opened).toBeGreaterThanOrEqual(2);
  expect(one.state.opened).toBeLessThanOrEqual(4);
});

test('nothing is opened after the media were closed', async () => {
  const one = fake('eth0');
  const { media } = await setUp(one.plan);
  await media.close();
  await media.check();
  expect([one.state.opened, one.state.closed]).toEqual([1, 1]);
});

test('a message that no datagram can hold is dropped with one line, and the medium is not to blame', async () => {
  const one = fake('eth0');
  const { media, said } = await setUp(one.plan);
  one.state.tooLarge = true;
  for (let tries = 0; tries < 5; tries += 1) await media.send(packet('huge'));
  await media.check();
  expect(one.state.opened).toBe(1);
  expect(new Set(said.slice(1))).toEqual(
    new Set([
      'ERROR: write_child: write failure on bcast eth0.: Message too long: 70000 bytes, at most 65507 fit. The message is dropped.',
    ]),
  );
  expect(said).toHaveLength(6);
});
