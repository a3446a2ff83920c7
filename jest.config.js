/** Jest runs what ships: the compiled tests in dist/build (design: "tests on the compiled dist/"). */
export default {
  rootDir: 'dist/build',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
};
