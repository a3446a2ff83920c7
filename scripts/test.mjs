/**
 * Runs jest over the built tests: `test.mjs [--unit] [PATTERN…]`; the last line is `N passed, N failed[, N skipped]`.
 *
 * Unit tests run first and in parallel, then those that need namespaces, genuine programs or User-Mode Linux. Exit
 * status 0 only if something ran and nothing failed (in CI: nothing was skipped either).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './build-stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

/** Clusters of namespaces mostly wait, so a few of them go on side by side whatever the number of cores. */
const LAB = { folders: ['lab'], workers: 4 };
/** Genuine programs by the hundred, and User-Mode Linux, want a processor each. */
const COMPARISON = { folders: ['compat', 'ipvs'], workers: Math.max(1, Math.min(4, availableParallelism())) };
const SYSTEM = [...LAB.folders, ...COMPARISON.folders];
/** Measured by `npm run bench`, never by a test. */
const NOT_TESTS = ['bench', 'support'];

const tests = join(root, 'dist', 'build', 'test');
const folders = readdirSync(tests, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NOT_TESTS.includes(entry.name))
  .map((entry) => entry.name);

let running;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => running?.kill(signal));

/** One jest run over some folders; its counts, and whether jest itself was content. */
const jest = async (names, workers, patterns) => {
  const none = { passed: 0, failed: 0, skipped: 0 };
  const files = names.flatMap((name) => filesBelow(join(tests, name))).filter((file) => file.endsWith('.test.js'));
  const wanted = patterns.length === 0 ? files : files.filter((file) => patterns.some((p) => new RegExp(p).test(file)));
  if (wanted.length === 0) return { ...none, ok: true };
  const scratch = mkdtempSync(join(tmpdir(), 'ha-suite-test-'));
  const counts = join(scratch, 'counts.json');
  try {
    // Patterns come first: an option that takes a list swallows the words after it.
    const args = [
      ...['--experimental-vm-modules', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js'), ...patterns],
      ...['--reporters=default', `--reporters=${join(root, 'scripts', 'counts-reporter.mjs')}`],
      ...[`--maxWorkers=${workers}`, ...names.map((name) => `--roots=${join(tests, name)}`)],
    ];
    const env = { ...process.env, HA_SUITE_TEST_COUNTS: counts };
    running = spawn(process.execPath, args, { stdio: 'inherit', env });
    const code = await new Promise((resolve) => running.on('exit', resolve));
    return { ...JSON.parse(readFileSync(counts, 'utf8')), ok: code === 0 };
  } catch (error) {
    console.error(`jest left no result: ${error.message}`);
    return { ...none, failed: 1, ok: false };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const argv = process.argv.slice(2);
const unitOnly = argv.includes('--unit');
const patterns = argv.filter((word) => word !== '--unit');
const results = [
  await jest(
    folders.filter((name) => !SYSTEM.includes(name)),
    availableParallelism(),
    patterns,
  ),
];
for (const phase of unitOnly ? [] : [LAB, COMPARISON]) {
  results.push(
    await jest(
      folders.filter((name) => phase.folders.includes(name)),
      phase.workers,
      patterns,
    ),
  );
}

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
const forbiddenSkips = skipped > 0 && Boolean(process.env.CI);
if (passed + failed === 0) console.error('No test ran.');
if (forbiddenSkips) console.error('Skipped tests count as failures here: CI is set.');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && passed > 0 && results.every(({ ok }) => ok) && !forbiddenSkips ? 0 : 1;
