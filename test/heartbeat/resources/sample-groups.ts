/** Groups of haresources for tests, written like the file. */
import type { ResourceGroup, ResourceSpec } from '../../../lib/heartbeat/config/model.js';

const at = { file: '/etc/ha.d/haresources', line: 1, column: 1 };

const resource = (word: string): ResourceSpec => {
  const [agent = '', ...args] = /^\d+\.\d+\.\d+\.\d+/.test(word) ? ['IPaddr', word] : word.split('::');
  return { word, agent, args, at };
};

/** `group('lb1 10.0.0.100/24/eth0 testsvc::web')` */
export const group = (line: string): ResourceGroup => {
  const [node = '', ...words] = line.split(' ');
  return { node, resources: words.map(resource), at };
};
