/** How long each command takes to start, beside its genuine counterpart. */
import { heartbeatPrograms, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab } from '../../lib/lab/lab.js';
import { command } from '../support/paths.js';
import { median } from './median.js';
import type { BenchRow } from './row.js';

const REPETITIONS = 15;
/** Each command of the suite starts in less than this many milliseconds. */
const BUDGET = 100;

const genuine = heartbeatPrograms('genuine');

/** Calls that do nothing but start, parse and answer. */
const CALLS: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly genuine: readonly string[];
}[] = [
  { name: 'ha-heartbeat', args: ['-s'], genuine: [genuine.daemon, '-s'] },
  { name: 'ldirectord-ts', args: ['x.cf', 'status'], genuine: ['/usr/sbin/ldirectord', 'x.cf', 'status'] },
  { name: 'ha-ipvsadm', args: ['--version'], genuine: ['/sbin/ipvsadm', '--version'] },
  { name: 'cl_status', args: ['hbstatus'], genuine: [genuine.clStatus, 'hbstatus'] },
  { name: 'hb_standby', args: ['--help'], genuine: [genuine.standby, '--help'] },
  { name: 'hb_takeover', args: ['--help'], genuine: [genuine.takeover, '--help'] },
  // Outside a cluster it says so and ends.
  { name: 'ipfail', args: [], genuine: ['/usr/libexec/heartbeat/ipfail'] },
  { name: 'send_arp', args: [], genuine: ['/usr/libexec/heartbeat/send_arp'] },
];

export const run = async (): Promise<readonly BenchRow[]> => {
  const lab = await createLab('bench');
  try {
    const host = await lab.host('start');
    await installHeartbeat(host, 'genuine', { haCf: '', authkeys: '', haresources: '' });
    await host.write('/etc/ha.d/x.cf', 'virtual=10.0.0.1:80\n        real=10.0.0.2:80 masq\n');
    /** Median in milliseconds, measured around nsenter, which costs about 1 ms. */
    const time = async (argv: readonly string[]): Promise<number> => {
      const times: number[] = [];
      for (let count = 0; count < REPETITIONS; count += 1) {
        const begun = performance.now();
        const { startError } = await host.run(argv);
        if (startError !== undefined) throw new Error(`${argv.join(' ')}: ${startError}`);
        times.push(performance.now() - begun);
      }
      return median(times);
    };
    // What no command can be faster than; it tells how busy the machine was.
    const bare = await time([process.execPath, '-e', '0']);
    const rows: BenchRow[] = [
      { what: 'start-up of node itself', unit: 'ms', ours: bare, genuine: undefined, budget: undefined },
    ];
    for (const call of CALLS) {
      rows.push({
        what: `start-up of ${call.name} ${call.args.join(' ')}`.trim(),
        unit: 'ms',
        ours: await time([process.execPath, command(call.name), ...call.args]),
        genuine: await time(call.genuine),
        budget: BUDGET,
      });
    }
    return rows;
  } finally {
    await lab.close();
  }
};
