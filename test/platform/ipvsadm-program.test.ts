import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findIpvsadm } from '../../lib/platform/ipvsadm-program.js';

test('the genuine ipvsadm is found wherever ours has put it, and ours never calls itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-suite-ipvsadm-'));
  try {
    const [ours, genuine, link] = ['ha-ipvsadm.js', 'genuine', 'ipvsadm'].map((name) => join(folder, name));
    for (const path of [ours, genuine]) writeFileSync(path ?? '', '');
    symlinkSync(ours ?? '', link ?? '');
    const finder =
      (places: Readonly<Record<string, string | undefined>>) =>
      (name: string): string | undefined =>
        places[name];
    expect(findIpvsadm(finder({ ipvsadm: genuine }))).toBe(genuine);
    expect(findIpvsadm(finder({ ipvsadm: link, 'ipvsadm.distrib': genuine }))).toBe(genuine);
    expect(findIpvsadm(finder({ ipvsadm: link }))).toBeUndefined();
    expect(findIpvsadm(finder({}))).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
