import { errorText } from '../../lib/platform/error-text.js';

test('a system error in the words of strerror, any other in its own', () => {
  expect(errorText(Object.assign(new Error('send ENETUNREACH 10.0.0.1:694'), { code: 'ENETUNREACH' }))).toBe(
    'Network is unreachable',
  );
  expect(errorText(new Error('odd'))).toBe('odd');
  expect(errorText('text')).toBe('text');
});
