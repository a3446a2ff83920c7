/** Both nodes are ours. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'ours',
  lb2: 'ours',
  failback: 'on',
  media: 'mcast eth0 225.0.0.1 694 1 0',
  key: 'sha1 secret',
});
