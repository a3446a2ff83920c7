/** Faults in words, for progress lines and findings. Pure. */
import type { Fault } from './model.js';

const weatherText = (delay: number, jitter: number, loss: number, duplicate: number): string =>
  `delay ${delay}-${delay + jitter} ms, ${loss * 100} % lost, ${duplicate * 100} % twice`;

/** E.g. `power failure of lb1`. */
export const faultText = (fault: Fault): string => {
  switch (fault.type) {
    case 'start':
    case 'stop':
      return `${fault.type} ${fault.nodes.join(' and ')}`;
    case 'kill':
      return `kill -9 of ${fault.node}`;
    case 'powerOff':
      return `power failure of ${fault.node}`;
    case 'powerOn':
      return `power on of ${fault.node}`;
    case 'pause':
      return `${fault.node} stopped for ${fault.duration / 1000} s`;
    case 'unplug':
      return `${fault.devices.join(' and ')} of ${fault.node} unplugged`;
    case 'lose': {
      const way = fault.direction === 'both' ? '' : ` ${fault.direction}`;
      return `${fault.devices.join(' and ')} of ${fault.node} loses ${fault.share * 100} %${way}`;
    }
    case 'relay': {
      const { delay, jitter, loss, duplicate } = fault.weather;
      return `relay: ${weatherText(delay, jitter, loss, duplicate)}`;
    }
    case 'standby':
    case 'takeover':
      return `hb_${fault.type} ${fault.scope} on ${fault.node}${fault.tool === 'own' ? '' : ' (the other tool)'}`;
    case 'clock':
      return `clock of ${fault.node} is set ${Math.abs(fault.seconds)} s ${fault.seconds < 0 ? 'behind' : 'ahead'}`;
    case 'disk':
      return `disk of ${fault.node} ${fault.state}`;
    case 'service':
      return `service of ${fault.node} behaves: ${fault.behaves}`;
    case 'key':
      return `key of ${fault.node} becomes "${fault.key}"`;
    case 'count':
      return `numbered messages for ${fault.duration / 1000} s`;
    case 'tamper': {
      const whom = fault.action === 'give' ? 'given to' : 'taken from';
      return `${fault.address} ${whom} ${fault.node} by hand for ${fault.duration / 1000} s`;
    }
    case 'wait':
      return `${fault.duration / 1000} s pass`;
    default:
      return fault.type;
  }
};
