/** The line that says why a real server is taken out. */
import { type Down, down, up } from '../../lib/ldirectord/checks/verdict.js';
import { checkFailed, serviceResult } from '../../lib/ldirectord/messages.js';

const line = (verdict: Down): string => checkFailed('192.168.0.1:80', 'tcp:10.0.0.3:80', verdict);

test.each([
  // The status stands in the cause already.
  [down('L7STATUS', '503 Service Unavailable', { detail: '503' }), 'L7STATUS 503 Service Unavailable'],
  // The 500 with which genuine marks errors on our side is no answer of the server.
  [
    down('L4REFUSED', "500 Can't connect to 192.168.0.1:80 (Connection refused)"),
    "L4REFUSED Can't connect to 192.168.0.1:80 (Connection refused)",
  ],
  [
    down('L6CERT', "500 Can't connect to 192.168.0.1:443 (certificate verify failed)", { detail: 'CERT_HAS_EXPIRED' }),
    "L6CERT CERT_HAS_EXPIRED Can't connect to 192.168.0.1:443 (certificate verify failed)",
  ],
  [down('L7EXIT', 'oops', { detail: '3' }), 'L7EXIT 3 oops'],
  [down('L7SIGNAL', '', { detail: 'SIGKILL' }), 'L7SIGNAL SIGKILL'],
  [down('L3TIMEOUT'), 'L3TIMEOUT'],
  // A page that begins like that is a page.
  [down('L7PATTERN', '500 cats\r\nand a dog'), 'L7PATTERN 500 cats%0d%0aand a dog'],
  [down('L7PATTERN', ''), 'L7PATTERN'],
])('%j', (verdict, why) => {
  expect(line(verdict)).toBe(`Check failed: 192.168.0.1:80 (tcp:10.0.0.3:80): ${why}`);
});

test('a long page is cut, and nothing in it can start a line of its own', () => {
  const text = line(down('L7PATTERN', `<html>\n${'x'.repeat(5000)}`));
  expect(text.length).toBeLessThan(300);
  expect(text).not.toContain('\n');
});

test('-d shows the result of every check', () => {
  expect(serviceResult('192.168.0.1:80', up('200 OK'))).toBe('Activated service 192.168.0.1:80: 200 OK');
  expect(serviceResult('192.168.0.1:80', up())).toBe('Activated service 192.168.0.1:80');
  expect(serviceResult('192.168.0.1:80', down('L3TIMEOUT'))).toBe('Deactivated service 192.168.0.1:80: L3TIMEOUT');
});
