import {
  type ProcessControl,
  reloadCommand,
  statusText,
  stopCommand,
} from '../../../../lib/heartbeat/wiring/process/control.js';
import type { RunState } from '../../../../lib/heartbeat/wiring/process/running.js';

const running: RunState = { state: 'running', pid: 16 };

/** A daemon that is gone after some looks, and notes its signals. */
const control = (states: readonly RunState[], refuse?: string): ProcessControl & { readonly signals: string[] } => {
  const left = [...states];
  const signals: string[] = [];
  return {
    signals,
    runState: () => (left.length > 1 ? left.shift() : left[0]) ?? { state: 'none' },
    signal: (pid, signal) => {
      if (refuse !== undefined) throw Object.assign(new Error(refuse), { code: refuse });
      signals.push(`${signal} ${pid}`);
    },
    sleep: async () => {},
  };
};

test.each([
  [running, 'heartbeat OK [pid 16 et al] is running on LB2 [lb2]...\n', 0],
  [{ state: 'stale' }, 'heartbeat is stopped. No process\n', 1],
  [{ state: 'none' }, 'heartbeat is stopped. No process\n', 3],
] as const)('-s when %j', (state, stdout, code) => {
  expect(statusText(state, 'LB2', 'lb2')).toEqual({ stdout, stderr: '', code });
});

describe('-k', () => {
  test('signals once and waits until the process is gone', async () => {
    const stopped = control([running, running, running, { state: 'stale' }]);
    expect(await stopCommand(stopped)).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(stopped.signals).toEqual(['SIGTERM 16']);
  });

  test('does not wait for another daemon that was started meanwhile', async () => {
    expect(await stopCommand(control([running, { state: 'running', pid: 17 }]))).toMatchObject({ code: 0 });
  });

  test('says so when nothing runs', async () => {
    const idle = control([{ state: 'stale' }]);
    expect(await stopCommand(idle)).toEqual({ stdout: '', stderr: 'INFO: Heartbeat already stopped.\n', code: 0 });
    expect(idle.signals).toEqual([]);
  });

  test.each([
    ['EPERM', 'Operation not permitted', 4],
    ['EINVAL', 'EINVAL', 1],
  ])('that the system refuses with %s: the genuine words, and its exit code', async (refusal, reason, code) => {
    const stderr = `ERROR: Could not kill pid 16 : ${reason}\n`;
    expect(await stopCommand(control([running], refusal))).toEqual({ stdout: '', stderr, code });
  });
});

describe('-r', () => {
  const line = (text: string): string => `lb1 heartbeat: info: ${text}\n`;

  test('signals the daemon when the files are good', () => {
    const daemon = control([running]);
    expect(reloadCommand(daemon, 16, 0, line)).toEqual({
      stdout: '',
      stderr: 'lb1 heartbeat: info: Signalling heartbeat pid 16 to reread config files\n',
      code: 0,
    });
    expect(daemon.signals).toEqual(['SIGHUP 16']);
  });

  test.each([
    [6, 1],
    [4, 4],
  ])('leaves it alone when they are not (%d)', (configCode, code) => {
    const daemon = control([running]);
    expect(reloadCommand(daemon, 16, configCode, line)).toEqual({
      stdout: '',
      stderr: 'lb1 heartbeat: info: Config errors: Heartbeat pid 16 NOT restarted\n',
      code,
    });
    expect(daemon.signals).toEqual([]);
  });
});
