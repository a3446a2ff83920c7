/** Every recorded command line of the genuine ipvsadm, with the same output, messages and exit status from ours. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../support/paths.js';
import { SESSIONS } from './genuine-sessions.js';
import { memoryBackend } from './memory-backend.js';
import { recordedSession, replay } from './replay.js';

describe.each(Object.keys(SESSIONS))('session %s', (session) => {
  test('the recording is that of the session', () => {
    const asked = SESSIONS[session]?.map(({ argv, input }) => ({ argv, input }));
    expect(recordedSession(session).map(({ argv, input }) => ({ argv, input }))).toEqual(asked);
  });

  test('with the table in memory', async () => {
    expect(await replay(session, memoryBackend())).toEqual([]);
  });
});

test('with the table in nftables, each answer read back from the kernel', () => {
  const program = join(projectRoot, 'dist', 'build', 'test', 'ipvs', 'nft-replay-inside.js');
  const result = spawnSync('unshare', ['-n', process.execPath, program], { encoding: 'utf8', maxBuffer: 1 << 26 });
  expect(result.stderr).toBe('');
  expect(JSON.parse(result.stdout)).toEqual({ table: [], values: [], restores: [], 'random tables': [] });
}, 60_000);
