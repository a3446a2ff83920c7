/** Both nodes are ours and do not fail back. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'ours',
  lb2: 'ours',
  failback: 'off',
  media: 'bcast eth0',
  key: 'md5 password',
});
