import { directiveTable } from '../../lib/heartbeat/directive-table.js';

test('names and defaults stand in the columns of the genuine table', () => {
  const lines = directiveTable(false).split('\n');
  expect(lines[0]).toBe('Directive                Default   Description');
  expect(lines[1]).toBe('-'.repeat(80));
  expect(lines).toHaveLength(27);
  expect(lines.find((line) => line.startsWith('traditional_compression '))).toMatch(
    /^traditional_compression {2}no {8}\S/,
  );
  expect(lines.find((line) => line.startsWith('deadtime '))).toMatch(/^deadtime {17}30000ms {3}\S/);
});

test('the wiki table has one row per directive', () => {
  expect(directiveTable(true)).toContain('||[wiki:ha.cf/Auto_failbackDirective auto_failback]||legacy||');
});
