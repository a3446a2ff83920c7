/** The npm packages that the bundled commands load by name, with all they need, and which of their files that takes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../build-stamp.mjs';
import { koffiBinary } from './architecture.mjs';

const MODULES = 'node_modules';

/** What esbuild leaves outside (scripts/build.mjs). */
const LOADED_BY_NAME = ['koffi', 'mysql2', 'oracledb', 'pg'];

/** Names that an installed package may load: optional ones count where they are installed. */
const needs = (name) => {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(MODULES, name, 'package.json'), 'utf8'),
  );
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
};

/** These packages and everything they need, as far as it is installed, sorted. */
export const withNeeds = (names) => {
  const found = new Set();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || !existsSync(join(MODULES, name, 'package.json'))) continue;
    if (name.startsWith('@koromix/') && name !== koffiBinary.package) continue;
    found.add(name);
    waiting.push(...needs(name));
  }
  return [...found].sort();
};

/** Every package that our commands load by name, or that such a one needs. */
export const runtimePackages = () => withNeeds(LOADED_BY_NAME);

/** Build scripts, documents, and native parts for other systems. */
const SUPERFLUOUS =
  /^(doc|docs|vendor|examples|test|tests|build|package|musl_\w+|plugins|typings)\/|(^|\/)(cnoke|build|trampolines)\.c?js$/;

const isNeeded = (file) =>
  /\.(js|cjs|mjs|node)$|(^|\/)(package|tables\/.*)\.json$/.test(file) && !SUPERFLUOUS.test(file);

/** The files of one package, relative to node_modules. */
export const filesOf = (name) =>
  filesBelow(join(MODULES, name))
    .map((file) => file.slice(join(MODULES, name).length + 1))
    .filter((file) => !file.startsWith(`${MODULES}/`) && isNeeded(file))
    .map((file) => join(name, file))
    .sort();
