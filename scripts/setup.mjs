/**
 * Makes a fresh clone ready, then runs a command: `setup.mjs start|test [-- COMMAND ARGS…]`.
 *
 * Needs only node and npm (and apt-get as root for missing Debian packages); does nothing that is done already.
 */
import { spawn, spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuilt } from './build-stamp.mjs';
import { installLine, installPackages, listedPackages, missingPackages } from './debian.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const say = (text) => process.stderr.write(`set-up: ${text}\n`);
const stop = (text) => {
  say(text);
  process.exit(1);
};
const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether node_modules holds exactly what package-lock.json says; a link to a shared one is the developer's affair. */
const dependenciesReady = () => {
  try {
    if (lstatSync('node_modules').isSymbolicLink()) return true;
    const have = packagesIn(join('node_modules', '.package-lock.json'));
    return Object.entries(packagesIn('package-lock.json')).every(
      ([path, { version, integrity, optional }]) =>
        path === '' ||
        (have[path] === undefined
          ? optional === true
          : have[path].version === version && have[path].integrity === integrity),
    );
  } catch {
    return false;
  }
};

/** `npm ci` with the npm that runs us, so that one version does it all. */
const installDependencies = () => {
  say('npm ci (the dependencies of package-lock.json)');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [file, argv] = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
  return spawnSync(file, argv, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
};

const build = () => {
  say('building dist/');
  return spawnSync(process.execPath, [join('scripts', 'build.mjs')], { stdio: 'inherit' }).status === 0;
};

const preparePackages = (mode) => {
  const missing = missingPackages(listedPackages(join('scripts', 'debian-packages.txt'), mode));
  if (missing === undefined) {
    say('this machine has no dpkg; what is needed is listed in scripts/debian-packages.txt');
    return;
  }
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    stop(`Debian packages are missing. Run this as root, then try again:\n  ${installLine(missing)}`);
  }
  if (!installPackages(missing, say)) stop(`could not install them. By hand:\n  ${installLine(missing)}`);
};

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 17)) stop(`node ${process.versions.node} is too old: 20.17 is needed`);
};

/** Runs the command in our place: same terminal, signals passed on, its exit status is ours. */
const become = (file, args) => {
  const child = spawn(file === 'node' ? process.execPath : file, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(error.message));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
};

const [mode, dashes, command, ...args] = process.argv.slice(2);
if ((mode !== 'start' && mode !== 'test') || (dashes !== undefined && dashes !== '--')) {
  stop('usage: setup.mjs start|test [-- COMMAND ARGS…]');
}
checkNode();
if (!dependenciesReady() && !installDependencies()) stop('npm ci failed');
preparePackages(mode);
if (!isBuilt() && !build()) stop('the build failed');
if (command !== undefined) become(command, args);
