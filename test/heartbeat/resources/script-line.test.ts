import { formatScriptLine, RESOURCE_MANAGER } from '../../../lib/heartbeat/resources/script-line.js';
import { millis } from '../../../lib/time.js';

test('the form of the genuine scripts', () => {
  const wall = millis(new Date(2026, 10, 21, 5, 10, 17).getTime());
  expect(formatScriptLine(RESOURCE_MANAGER, 154, wall, 'info', 'Acquiring resource group: lb1 10.0.0.100')).toBe(
    '2026/11/21_05:10:17  ResourceManager(default)[154]:    info: Acquiring resource group: lb1 10.0.0.100',
  );
});
