/** Local clients on a machine without koffi: the daemon knows of them only what they say themselves (heartbeat reference 7.2). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Configuration } from '../../../lib/heartbeat/config/configuration.js';
import { message, text } from '../../../lib/heartbeat/wire/message.js';
import { openClientPort } from '../../../lib/heartbeat/wiring/api-server.js';
import { connectToDaemon } from '../../../lib/platform/api-client.js';
import { seconds } from '../../../lib/time.js';

const uids = [String(process.getuid?.())];
const loaded = {
  nodeName: 'lb1',
  config: {
    ...{ keepalive: seconds(1), deadtime: seconds(5), parameters: {}, logfacility: 'local0' },
    apiAuth: [{ value: { client: 'probe', uids, gids: [] } }],
  },
} as unknown as Configuration;

let folder: string;
beforeAll(() => {
  process.env.HA_SUITE_NO_NATIVE = '1';
  folder = mkdtempSync(join(tmpdir(), 'api-claims-'));
});
afterAll(() => {
  delete process.env.HA_SUITE_NO_NATIVE;
  rmSync(folder, { recursive: true, force: true });
});

test('it is taken at its word, and so no signal is sent to the process it names', async () => {
  const said: string[] = [];
  const port = await openClientPort({
    loaded,
    engine: {
      ...{ dispatch: () => {}, start: () => {}, look: () => {}, halt: () => {} },
      view: () => ({ nodes: [], resources: 'local', communicationUp: true }),
    },
    runFolder: folder,
    uuids: () => new Map(),
    log: (_priority, line) => said.push(line),
    submit: () => {},
  });
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  try {
    const connected = await connectToDaemon({ node: 'lb1', name: 'probe', path: join(folder, 'register') });
    if (connected.state !== 'signed on') throw new Error(`${connected.state} ${JSON.stringify(connected)}`);
    const { client } = connected;
    const [answer] = (await client.ask('setsignal', { signal: '10' })) ?? [];
    expect(answer && text(answer, 'result')).toBe('OK');
    const heard = new Promise((resolve) => client.listen(resolve));
    port.deliver(message({ t: 'news', src: 'lb2' }));
    await heard;
    client.close();
    await port.close();
    expect(said).toContain(
      'Local clients are taken at their word: the system does not tell who they are without koffi.',
    );
    expect(kill.mock.calls.filter(([, signal]) => signal !== 0)).toEqual([]);
  } finally {
    kill.mockRestore();
  }
});
