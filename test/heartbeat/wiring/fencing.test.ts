import { createFencing, type Fencing, RETRY, resetArguments } from '../../../lib/heartbeat/wiring/fencing.js';
import type { ExecResult } from '../../../lib/platform/exec.js';

const ended = (code: number, stderr = ''): ExecResult => ({
  ...{ code, stderr, stdout: '', killedBy: undefined, timedOut: false, startError: undefined },
});

/** A device that answers when the test says so. */
const setUp = () => {
  const said: string[] = [];
  const calls: (readonly string[])[] = [];
  const fencedNodes: string[] = [];
  let answer = (_result: ExecResult): void => {};
  let retry: (() => void) | undefined;
  const fencing: Fencing = createFencing({
    device: { type: 'ipmilan', parameters: 'a b' },
    log: (priority, text) => said.push(`${priority}: ${text}`),
    onFenced: (node) => fencedNodes.push(node),
    reset: (args) => {
      calls.push(args);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    later: (delay, act) => {
      expect(delay).toBe(RETRY);
      retry = act;
      return () => {
        retry = undefined;
      };
    },
  });
  const settle = async (result: ExecResult): Promise<void> => {
    answer(result);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { fencing, said, calls, fencedNodes, settle, retry: () => retry?.() };
};

test('stonith is called with the file, or with the parameters of the line', () => {
  expect(resetArguments({ type: 'null', file: '/etc/ha.d/st' }, 'lb2')).toEqual(
    '-t null -F /etc/ha.d/st -T reset lb2'.split(' '),
  );
  expect(resetArguments({ type: 'null', parameters: 'lb2 lb3' }, 'lb2')).toEqual([
    ...['-t', 'null', '-p', 'lb2 lb3', '-T', 'reset', 'lb2'],
  ]);
});

test('a reset that works', async () => {
  const { fencing, said, fencedNodes, settle } = setUp();
  fencing.start('lb2');
  expect(fencedNodes).toEqual([]);
  await settle(ended(0));
  expect(fencedNodes).toEqual(['lb2']);
  expect(said).toEqual(['info: Resetting node lb2 with [ipmilan]', 'info: node lb2 now reset.']);
});

test('one that fails is tried again every five seconds, with the reason each time', async () => {
  const { fencing, said, calls, fencedNodes, settle, retry } = setUp();
  fencing.start('lb2');
  await settle(ended(1, 'cannot connect\n'));
  expect(said.slice(1)).toEqual([
    'ERROR: glib: cannot connect',
    'ERROR: Host lb2 not reset!',
    'ERROR: STONITH of lb2 failed.  Retrying...',
  ]);
  retry();
  expect(calls).toHaveLength(2);
  await settle(ended(0));
  expect(fencedNodes).toEqual(['lb2']);
});

test('no further try, and no takeover, once the node is heard again', async () => {
  const { fencing, calls, fencedNodes, settle, retry } = setUp();
  fencing.start('lb2');
  fencing.cancel();
  await settle(ended(0));
  fencing.start('lb2');
  await settle(ended(1));
  fencing.cancel();
  retry();
  expect(fencedNodes).toEqual([]);
  expect(calls).toHaveLength(2);
});

test('a node that dies again while the device is still busy is reset once more: the first reset was for its first death', async () => {
  const { fencing, calls, fencedNodes, settle } = setUp();
  fencing.start('lb2');
  fencing.cancel();
  fencing.start('lb2');
  expect(calls).toHaveLength(1);
  await settle(ended(0));
  expect(fencedNodes).toEqual([]);
  expect(calls).toHaveLength(2);
  await settle(ended(0));
  expect(fencedNodes).toEqual(['lb2']);
});

test('a second dead node has its turn as soon as the device is free, however long the first one takes', async () => {
  const { fencing, calls, fencedNodes, settle } = setUp();
  fencing.start('lb2');
  fencing.start('lb3');
  expect(calls).toHaveLength(1);
  await settle(ended(1));
  expect(calls.map((call) => call.at(-1))).toEqual(['lb2', 'lb3']);
  await settle(ended(0));
  expect(fencedNodes).toEqual(['lb3']);
});
