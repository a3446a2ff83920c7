/**
 * Installs this clone on the machine, or removes it: `install-system.mjs install|uninstall [--direct]`. With dpkg through the
 * package, like `apt install ./ha-suite.deb`; without it, or with --direct, the same files are written by us.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuilt } from './build-stamp.mjs';
import { installDirectly, removeDirectly } from './package/direct.mjs';
import { buildPackage, sourceTime } from './package.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const stop = (text, code = 1) => {
  console.error(text);
  process.exit(code);
};
const apt = (...words) => spawnSync('apt-get', words, { stdio: 'inherit' }).status ?? 1;
const hasDpkg = () =>
  ['dpkg-deb', 'apt-get'].every((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);

const [action, option] = process.argv.slice(2);
if ((action !== 'install' && action !== 'uninstall') || (option !== undefined && option !== '--direct')) {
  stop('usage: install-system.mjs install|uninstall [--direct]', 2);
}
if (process.getuid?.() !== 0) stop('This writes to system folders: run it as root.');

const byPackage = option === undefined && hasDpkg();
if (action === 'uninstall') {
  if (byPackage && !removeDirectly()) process.exit(apt('remove', '-y', 'ha-suite'));
  if (!byPackage && !removeDirectly()) stop('Nothing of ours is installed.');
  process.exit(0);
}
if (!isBuilt()) execFileSync(process.execPath, [join('scripts', 'build.mjs')], { stdio: 'inherit' });
if (byPackage) process.exit(apt('install', '-y', `./${buildPackage()}`));
const inTheWay = installDirectly(sourceTime());
if (inTheWay.length > 0) {
  stop(
    `Files of another installation are in the way; remove that first (its configuration may stay):\n  ${inTheWay.join('\n  ')}`,
  );
}
console.log('Installed. At boot and now: systemctl daemon-reload && systemctl enable --now heartbeat');
