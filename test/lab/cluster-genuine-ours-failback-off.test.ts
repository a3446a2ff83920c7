/** Ours replaces the second node of a genuine pair that does not fail back. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'genuine',
  lb2: 'ours',
  failback: 'off',
  media: 'ucast eth0 10.0.0.1\nucast eth0 10.0.0.2',
  key: 'crc',
});
