import fc from 'fast-check';
import {
  losesReceived,
  losesSent,
  noTestHook,
  parseTestHook,
  testHookLines,
} from '../../../../lib/heartbeat/wiring/traffic/test-hook.js';

test('the lines of the file, and what genuine says about them (heartbeat reference 11.4)', () => {
  const read = parseTestHook('rcvloss=0.25\nxmitloss=0.5\nallownodes=lb1;lb2;\n# note\nnonsense\n');
  const { hook, unknown } = read;
  expect(hook).toEqual({ receiveLoss: 0.25, sendLoss: 0.5, allowNodes: new Set(['lb1', 'lb2']) });
  expect(unknown).toEqual(['nonsense']);
  expect(testHookLines(noTestHook, read)).toEqual([
    'WARNING: Enabling Test Code',
    'Receive loss probability = 0.250',
    'Xmit loss probability = 0.500',
    'Allow nodes = lb1;lb2;',
    'WARNING: Above Options Now Enabled.',
  ]);
  expect(testHookLines(hook, undefined)).toEqual(['Test Code Now disabled.']);
  expect(testHookLines(noTestHook, undefined)).toEqual([]);
});

test('a packet is lost as often as the chance says, and always from nodes that are not allowed', () => {
  const { hook } = parseTestHook('rcvloss=0.25\nxmitloss=0.1\nallownodes=lb1\n');
  expect([0, 0.24, 0.25, 0.99].map((chance) => losesReceived(hook, 'lb1', chance))).toEqual([true, true, false, false]);
  expect(losesReceived(hook, 'lb2', 0.99)).toBe(true);
  expect([0.05, 0.1].map((chance) => losesSent(hook, chance))).toEqual([true, false]);
  expect(losesReceived(noTestHook, 'lb2', 0)).toBe(false);
});

test('any text is read', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { hook } = parseTestHook(text);
      expect(hook.receiveLoss).toBeGreaterThanOrEqual(0);
      expect(hook.sendLoss).toBeLessThanOrEqual(1);
    }),
  );
});
