/** A message as log lines, for complaints about it (heartbeat reference 9.5, no. 26). */
import type { Message } from './message.js';

/** One line with the number of fields, and one for each. */
export const dumpLines = (message: Message): readonly string[] => [
  `MSG: Dumping message with ${message.fields.length} fields`,
  ...message.fields.map((one, index) =>
    one.type === 'string' ? `MSG[${index}] : [${one.name}=${one.value}]` : `MSG[${index}] : [(${one.type})${one.name}]`,
  ),
];
