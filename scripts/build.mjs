// Builds dist/: TypeScript to dist/build (what jest runs) and one bundled file per command to dist/bin, dist/ocf,
// dist/resource.d and dist/share.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { filesBelow, markBuilt, sourceState } from './build-stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

/** Every file of these is a command of its own. */
const COMMAND_FOLDERS = ['bin', 'ocf', 'resource.d', 'share'];

/** Sources of the commands in one folder: every .ts file is one command. */
const commandsIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name))
    : [];

/** A CommonJS dependency inside an ESM bundle still calls require() for node's own modules. */
const banner =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);";

/** Optional native or large packages are loaded only when they are used, and never bundled. */
const external = ['koffi', 'mysql2', 'oracledb', 'pg'];

/**
 * A command that is called all the time but seldom becomes a daemon keeps the daemon in files of its own
 * (dist/bin/NAME.parts): node then neither compiles it nor loads the modules it needs, which saves a third of the start.
 */
const inParts = ['ldirectord-ts', 'ha-heartbeat', 'ha'];
const partsFolder = (name) => join('dist', 'bin', `${name}.parts`);
/** The many agents share one file (dist/resource.d/agents.parts), and each keeps a name of its own that starts with it. */
const agentParts = join('dist', 'resource.d', 'agents.parts');

/** Removes what earlier builds left of sources that are gone, so that jest does not run tests nobody has any more. */
const removeStale = () => {
  for (const file of filesBelow(join('dist', 'build'))) {
    const source = relative(join('dist', 'build'), file).replace(/\.js(\.map)?$/, '.ts');
    if (source.endsWith('.ts') && !existsSync(source)) rmSync(file);
  }
  for (const folder of COMMAND_FOLDERS) {
    for (const file of filesBelow(join('dist', folder))) {
      const isPart = [agentParts, ...inParts.map(partsFolder)].some((parts) => file.startsWith(parts));
      if (!isPart && !existsSync(join(folder, `${basename(file, '.js')}.ts`))) rmSync(file);
    }
  }
};

export async function buildAll() {
  const state = sourceState();
  execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], { stdio: 'inherit' });
  for (const folder of COMMAND_FOLDERS) {
    const entryPoints = commandsIn(folder);
    if (entryPoints.length === 0) continue;
    const options = {
      outdir: join('dist', folder),
      bundle: true,
      minifySyntax: true,
      minifyWhitespace: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      banner: { js: `#!/usr/bin/env node\n${banner}` },
      external,
      legalComments: 'none',
      logLevel: 'warning',
    };
    if (folder === 'resource.d') {
      rmSync(agentParts, { recursive: true, force: true });
      await build({ ...options, entryPoints, splitting: true, chunkNames: 'agents.parts/[name]-[hash]' });
    } else {
      const split = entryPoints.filter((entry) => inParts.includes(basename(entry, '.ts')));
      await build({ ...options, entryPoints: entryPoints.filter((entry) => !split.includes(entry)) });
      for (const entry of split) {
        const name = basename(entry, '.ts');
        rmSync(partsFolder(name), { recursive: true, force: true });
        await build({ ...options, entryPoints: [entry], splitting: true, chunkNames: `${name}.parts/[name]-[hash]` });
      }
    }
    for (const entry of entryPoints) chmodSync(join('dist', folder, `${basename(entry, '.ts')}.js`), 0o755);
  }
  removeStale();
  markBuilt(state);
}

try {
  await buildAll();
} catch (error) {
  // tsc and esbuild have said what is wrong; a stack trace of this script adds nothing.
  if (error?.status === undefined && error?.errors === undefined) console.error(error);
  process.exitCode = 1;
}
