/** Ours replaces the first node of a genuine pair that does not fail back. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'ours',
  lb2: 'genuine',
  failback: 'off',
  media: 'bcast eth0',
  key: 'md5 password',
});
