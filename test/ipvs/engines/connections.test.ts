/** How many connections each destination has, with either engine; not to know is not none. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { kernelLoads, nftLoads } from '../../../lib/ipvs/engines/connections.js';
import { parseSaved } from '../../../lib/ipvs/grammar/save.js';
import { parseConntrack } from '../../../lib/ipvs/ipvsadm/conntrack.js';
import { piecesOf, type ReadTracked } from '../../../lib/ipvs/ipvsadm/tracked.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loads-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program in the place of ipvsadm. */
const program = (script: string): (() => string) => {
  const path = join(folder, 'ipvsadm');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return () => path;
};

describe('kernel', () => {
  test('what ipvsadm lists', async () => {
    const lines = 'TCP 10.0.0.3:80 wlc\\n -> 192.168.0.1:80 Masq 0 12 3\\n';
    const loads = await kernelLoads(program(`[ "$*" = "-L -n" ] && printf '${lines}'`))();
    expect(loads).toMatchObject([{ destination: { address: '192.168.0.1', weight: 0 }, active: 12, inactive: 3 }]);
  });

  test('a program that fails, or is missing', async () => {
    await expect(kernelLoads(program('echo "Permission denied (you must be root)" >&2; exit 1'))()).rejects.toThrow(
      'cannot read the IPVS table: Permission denied (you must be root)',
    );
    await expect(kernelLoads(() => join(folder, 'none'))()).rejects.toThrow('cannot run');
    await expect(kernelLoads(() => undefined)()).rejects.toThrow('ipvsadm is not installed');
  });
});

describe('nft', () => {
  const table = parseSaved('-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 192.168.0.1:8080 -m -w 0\n');
  const engine = { read: async () => table };

  test('what connection tracking holds', async () => {
    const connections = parseConntrack(
      'tcp 6 431999 ESTABLISHED src=10.0.0.10 dst=10.0.0.1 sport=53180 dport=80 src=192.168.0.1 dst=10.0.0.10 sport=8080 dport=53180\n',
    );
    const tracked: ReadTracked = async (each) => {
      for (const one of connections) each([one]);
      return undefined;
    };
    expect(await nftLoads(engine, tracked)()).toMatchObject([
      { destination: { address: '192.168.0.1', weight: 0 }, active: 1, inactive: 0 },
    ]);
  });

  test('without connection tracking nobody knows', async () => {
    await expect(nftLoads(engine, async () => 'no conntrack')()).rejects.toThrow('no conntrack');
  });
});

test('a long table is read in pieces of whole lines, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 50 }), (words, length) => {
      const text = Buffer.from(words.join('\n'), 'latin1');
      const pieces = [...piecesOf(text, length)];
      expect(pieces.join('')).toBe(text.toString('latin1'));
      expect(pieces.slice(0, -1).every((piece) => piece.endsWith('\n') && piece.length > length)).toBe(true);
    }),
  );
});
