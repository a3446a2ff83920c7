/** Jest runs what ships: the compiled tests in dist/build (design: "tests on the compiled dist/"). */
export default {
  rootDir: 'dist/build',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  moduleNameMapper: { '^fast-check$': '<rootDir>/../../scripts/fast-check.mjs' },
  // An outer limit for tests that name none: a machine may be busy.
  testTimeout: 60_000,
  testSequencer: '<rootDir>/../../scripts/longest-first.mjs',
};
