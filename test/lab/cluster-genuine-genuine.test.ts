/** The control of the harness: what the genuine pair does is what the story says. */
import { describeCluster } from './cluster-scenario.js';

describeCluster({
  lb1: 'genuine',
  lb2: 'genuine',
  failback: 'on',
  media: 'bcast eth0',
  key: 'sha1 four-nodes-of-one-mind',
});
