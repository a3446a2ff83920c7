import { sendFailed, sendRecovered } from '../../../lib/heartbeat/media/send-errors.js';

test('ten write errors in a row are logged, then nothing until it works again (heartbeat reference 5.7)', () => {
  const lines = Array.from({ length: 50 }, (_, index) => sendFailed('bcast eth0', index + 1, 'Network is down')).flat();
  expect(lines).toHaveLength(12);
  expect(lines[0]).toEqual({ priority: 'ERROR', text: 'write_child: write failure on bcast eth0.: Network is down' });
  expect(lines.slice(-2)).toEqual([
    { priority: 'WARN', text: 'Temporarily Suppressing write error messages' },
    { priority: 'WARN', text: 'Is a cable unplugged on bcast eth0?' },
  ]);
  expect(sendRecovered('bcast eth0', 50)).toHaveLength(1);
  expect(sendRecovered('bcast eth0', 2)).toEqual([]);
});
