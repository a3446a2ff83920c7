// Builds dist/: TypeScript to dist/build (what jest runs) and one bundled file per command to dist/bin and dist/resource.d.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

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
const external = ['koffi'];

export async function buildAll() {
  execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], { stdio: 'inherit' });
  for (const folder of ['bin', 'resource.d']) {
    const entryPoints = commandsIn(folder);
    if (entryPoints.length === 0) continue;
    await build({
      entryPoints,
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
    });
    for (const entry of entryPoints) chmodSync(join('dist', folder, `${basename(entry, '.ts')}.js`), 0o755);
  }
}

await buildAll();
