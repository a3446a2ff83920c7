/** Inside a host: prints the source port of every datagram to port 694 that leaves by eth0, whoever sends it and however. */
import { openCapture } from '../../lib/platform/packet-capture.js';

const capture = await openCapture('eth0', [694]);
if (typeof capture === 'string') throw new Error(capture);
process.stdout.write('listening\n');
setInterval(
  () =>
    capture.drain((captured, outgoing) => {
      if (outgoing && captured.kind === 'datagram') process.stdout.write(`${captured.sourcePort}\n`);
    }),
  20,
);
