/** Ours replaces the first node of a genuine pair. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'ours',
  lb2: 'genuine',
  failback: 'on',
  media: 'mcast eth0 225.0.0.1 694 1 0',
  key: 'sha1 f176669675682f063d2b088c1b462a2f',
});
