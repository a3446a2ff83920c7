/** The life of a cluster of two of ours, and of a genuine pair of which one node was replaced, over four kinds of links. */
import { describeCluster } from './cluster-scenario.js';

// Those with a genuine node take three times as long: they begin first.
describeCluster({
  lb1: 'genuine',
  lb2: 'ours',
  failback: 'off',
  media: 'ucast eth0 10.0.0.1\nucast eth0 10.0.0.2',
  key: 'crc',
});
describeCluster({ lb1: 'genuine', lb2: 'ours', failback: 'on', media: 'bcast eth0', key: 'sha1 secret' });
describeCluster({ lb1: 'ours', lb2: 'genuine', failback: 'off', media: 'bcast eth0', key: 'md5 password' });
describeCluster({
  lb1: 'ours',
  lb2: 'genuine',
  failback: 'on',
  media: 'mcast eth0 225.0.0.1 694 1 0',
  key: 'sha1 f176669675682f063d2b088c1b462a2f',
});
describeCluster({ lb1: 'ours', lb2: 'ours', failback: 'off', media: 'bcast eth0', key: 'md5 password' });
describeCluster({
  lb1: 'ours',
  lb2: 'ours',
  failback: 'on',
  media: 'mcast eth0 225.0.0.1 694 1 0',
  key: 'sha1 secret',
});
