/** Ours replaces the second node of a genuine pair. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'genuine',
  lb2: 'ours',
  failback: 'on',
  media: 'bcast eth0',
  key: 'sha1 secret',
});
