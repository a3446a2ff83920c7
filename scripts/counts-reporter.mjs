/** A jest reporter that leaves what became of each test file in the file named by HA_SUITE_TEST_COUNTS, for scripts/test.mjs. */
import { writeFileSync } from 'node:fs';

export default class CountsReporter {
  onRunComplete(_contexts, { testResults }) {
    const files = testResults.map((result) => ({
      path: result.testFilePath,
      begun: result.perfStats.start,
      ended: result.perfStats.end,
      passed: result.numPassingTests,
      // A file that cannot even be loaded has no tests to count, but is a failure all the same.
      failed: result.numFailingTests + (result.testExecError === undefined ? 0 : 1),
      skipped: result.numPendingTests + result.numTodoTests,
      complaint: result.failureMessage ?? '',
      failures: result.testResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    }));
    writeFileSync(process.env.HA_SUITE_TEST_COUNTS, JSON.stringify(files));
  }
}
