/**
 * Runs jest over the built tests: `test.mjs [--unit] [PATTERN…]`; the last line is `N passed, N failed[, N skipped]`.
 *
 * Unit tests run first and in parallel, then those that need namespaces, genuine programs or User-Mode Linux. Many of them
 * set limits in time to real processes: a file that failed beside others runs once more with the machine to itself, a third
 * time when even then the machine stood still (scripts/void.mjs), and lines say so and name the tests. Exit status 0 only if
 * something ran and nothing failed in its last run (in CI: nothing was skipped either).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './build-stamp.mjs';
import { watchStandstills, whyVoid } from './void.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

/** Genuine daemons start hundreds of programs at each move, and two files of them on two processors make each other late. */
const startsGenuine = (file) => /'(ours-genuine|genuine-ours|genuine)'/.test(readFileSync(file, 'utf8'));
/**
 * Clusters of namespaces mostly wait, so a few of them go on side by side whatever the number of cores: each file plays two
 * itself. With more the machine comes to a standstill, plays are void, and are played again.
 */
const LAB = { folders: ['lab'], workers: 2, only: (file) => !startsGenuine(file) };
const MIXED = { folders: ['lab'], workers: 1, only: startsGenuine };
/** Whole clusters in one User-Mode Linux: two of these at once take four times as long. */
const isArticle = (file) => /\/ipvs\/seed-[^/]*$/.test(file);
const ARTICLES = { folders: ['ipvs'], workers: 1, only: isArticle };
/** Genuine programs by the hundred, and User-Mode Linux, want a processor each. */
const COMPARISON = {
  folders: ['compat', 'ipvs'],
  workers: Math.max(1, Math.min(4, availableParallelism())),
  only: (file) => !isArticle(file),
};
const SYSTEM = [...LAB.folders, ...COMPARISON.folders];
/** Measured by `npm run bench`, and helpers. */
const NOT_TESTS = ['bench', 'support'];

const tests = join(root, 'dist', 'build', 'test');
const folders = readdirSync(tests, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NOT_TESTS.includes(entry.name))
  .map((entry) => entry.name);

let running;
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopped = true;
    running?.kill(signal);
  });
}

/** Files whose tests are plays in labs of their own: what failed can be played again without the others. */
const isOfPlays = (path) => /\/lab\/(scenarios|loss)\.test\.js$/.test(path);
const escaped = (name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** One jest run over some files; what became of each, and whether jest itself was content. `names`: these tests only. */
const jest = async (files, workers, names) => {
  const scratch = mkdtempSync(join(tmpdir(), 'ha-suite-test-'));
  const counts = join(scratch, 'counts.json');
  try {
    const args = [
      ...['--experimental-vm-modules', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js')],
      ...['--reporters=default', `--reporters=${join(root, 'scripts', 'counts-reporter.mjs')}`],
      ...(names === undefined ? [] : [`--testNamePattern=^(${names.map(escaped).join('|')})$`]),
      ...[`--maxWorkers=${workers}`, '--runTestsByPath', ...files],
    ];
    const env = { ...process.env, HA_SUITE_TEST_COUNTS: counts };
    if (names !== undefined) env.HA_SUITE_TEST_NAMES = JSON.stringify(names);
    running = spawn(process.execPath, args, { stdio: 'inherit', env });
    const code = await new Promise((resolve) => running.on('exit', resolve));
    return { files: JSON.parse(readFileSync(counts, 'utf8')), ok: code === 0 };
  } catch (error) {
    console.error(`jest left no result: ${error.message}`);
    return { files: [{ path: '', passed: 0, failed: 1, skipped: 0, complaint: '', failures: [] }], ok: false };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** The last screen of a long log tells what failed in any of the phases: at most so many names of each file. */
const NAMES = 3;
/** Files that ran more than once, for the last lines: whoever changes the suite looks at them again. */
const repeated = [];

/** How often a file may run at most; the last time counts in any case. */
const TRIES = 3;

/** What came of some files: which count, which run again, and whether jest was content with all but those. */
const judge = (run, standstills, left) => {
  const again = new Map();
  // Without a path it is jest itself that has failed.
  for (const file of run.files.filter(({ path, failed }) => path !== '' && failed > 0)) {
    const why = whyVoid(file, standstills);
    if (left === TRIES) again.set(file.path, why ?? 'it did not have the machine to itself');
    else if (left > 1 && why !== undefined) again.set(file.path, why);
  }
  const counted = run.files.filter(({ path }) => !again.has(path));
  return { counted, again, ok: run.ok || (again.size > 0 && counted.every(({ failed }) => failed === 0)) };
};

/** The failed tests of a file of plays once more; what passed before and what is left out now counts as it did. */
const playAgain = async ({ path, passed, skipped, failures }) => {
  const run = await jest([path], 1, failures);
  const files = run.files.map((file) =>
    file.path === path ? { ...file, passed: file.passed + passed, skipped } : file,
  );
  return { files, ok: run.ok };
};

/** Runs files that have failed once more, one after the other. */
const runAgain = async (failed) => {
  const runs = [];
  const whole = failed.filter((file) => !isOfPlays(file.path) || file.failures.length === 0).map(({ path }) => path);
  if (whole.length > 0) runs.push(await jest(whole, 1));
  for (const file of failed.filter(({ path }) => !whole.includes(path))) runs.push(await playAgain(file));
  return { files: runs.flatMap(({ files }) => files), ok: runs.every(({ ok }) => ok) };
};

/** All tests of some folders; what failed once more, by itself. */
const phase = async ({ folders: names, workers, only = () => true }, patterns) => {
  const found = names.flatMap((name) => filesBelow(join(tests, name))).filter((file) => file.endsWith('.test.js'));
  const below = found.filter(only);
  const chosen = below.filter((file) => patterns.length === 0 || patterns.some((p) => new RegExp(p).test(file)));
  let failed;
  const counted = [];
  let ok = true;
  for (let left = TRIES; (failed ?? chosen).length > 0 && !stopped; left -= 1) {
    const standstills = watchStandstills();
    const run = await (failed === undefined ? jest(chosen, workers) : runAgain(failed));
    standstills.stop();
    const judged = judge(run, standstills.times, left);
    failed = run.files.filter(({ path }) => judged.again.has(path));
    for (const file of failed) {
      console.log(`once more: ${relative(tests, file.path)}: ${judged.again.get(file.path)}`);
      for (const name of file.failures.slice(0, NAMES)) console.log(`  ${name.slice(0, 200)}`);
      repeated.push(relative(tests, file.path));
    }
    counted.push(...judged.counted);
    ok &&= judged.ok;
  }
  return { counted, ok };
};

const argv = process.argv.slice(2);
const unitOnly = argv.includes('--unit');
const patterns = argv.filter((word) => word !== '--unit');
const UNIT = { folders: folders.filter((name) => !SYSTEM.includes(name)), workers: availableParallelism() };
const results = [];
for (const each of unitOnly ? [UNIT] : [UNIT, LAB, MIXED, COMPARISON, ARTICLES])
  results.push(await phase(each, patterns));

if (repeated.length > 0) console.log(`ran more than once: ${repeated.join(', ')}`);
const failedFiles = results.flatMap(({ counted }) => counted).filter(({ failed }) => failed > 0);
for (const { path, failed, failures } of failedFiles) {
  console.log(`failed: ${relative(tests, path)}: ${failed}`);
  for (const name of failures.slice(0, NAMES)) console.log(`  ${name.slice(0, 200)}`);
}

const sum = (key) => results.flatMap(({ counted }) => counted).reduce((total, file) => total + file[key], 0);
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
const forbiddenSkips = skipped > 0 && Boolean(process.env.CI);
if (passed + failed === 0) console.error('No test ran.');
if (forbiddenSkips) console.error('Skipped tests count as failures here: CI is set.');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = !stopped && failed === 0 && passed > 0 && results.every(({ ok }) => ok) && !forbiddenSkips ? 0 : 1;
