import { parseReads } from '../../../lib/ipvs/engines/kernel.js';
import { printSaved } from '../../../lib/ipvs/grammar/save.js';
import { recordedSession } from '../replay.js';

test('a batch that reads, changes and reads again gives the table before and after', () => {
  const batch = recordedSession('restores').find(
    ({ input }) => input?.startsWith('-S -n\n-L -n --thresholds\n-A') === true,
  );
  const [before, after, ...more] = parseReads(batch?.stdout ?? '').map((table) => printSaved(table));
  expect(more).toEqual([]);
  expect(before).toContain('-a -t 10.0.8.1:80 -r 10.1.1.1:80 -m -w 3\n');
  expect(before).not.toContain('10.0.8.16');
  expect(after).toBe(`${before}-A -t 10.0.8.16:80 -s wlc\n`);
});

test('thresholds come from the listing', () => {
  const text = `-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn 
  -> RemoteAddress:Port
TCP  10.0.0.1:80 rr
  -> 192.168.0.1:80               9          4          0          0         
`;
  expect(parseReads(text)[0]?.services[0]?.destinations[0]).toMatchObject({ upper: 9, lower: 4, weight: 1 });
});

test('empty tables and no output at all', () => {
  expect(parseReads('IP Virtual Server version 1.2.1 (size=4096)\n')).toEqual([{ services: [] }]);
  expect(parseReads('')).toEqual([]);
});
