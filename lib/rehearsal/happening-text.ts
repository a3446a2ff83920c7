/** What happens in a rehearsal, said in words. */
import type { Condition } from './real-servers.js';
import type { Happening } from './story.js';

const TIMES = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A time as it is written: 90000 is `1.5m`, 250 `250ms`. */
export const timeText = (time: number): string => {
  for (const [unit, size] of TIMES) {
    if (time >= size && (time * 100) % size === 0) return `${time / size}${unit}`;
  }
  return `${time}ms`;
};

const describeReal = (real: string, condition: Condition): string => {
  switch (condition.is) {
    case 'well':
      return `${real} answers`;
    case 'silent':
      return `${real} is silent`;
    case 'refusing':
      return `${real} refuses`;
    case 'wrong':
      return `${real} answers wrong`;
    case 'slow':
      return `${real} takes ${timeText(condition.by)} to answer`;
  }
};

/** What happens, in words. */
export const describeHappening = (happening: Happening): string => {
  switch (happening.type) {
    case 'power':
      return happening.on ? `${happening.node} boots` : `${happening.node} loses power`;
    case 'daemon':
      return happening.act === 'kill'
        ? `the daemon of ${happening.node} dies`
        : `${happening.node} ${happening.act === 'start' ? 'starts' : 'stops'}`;
    case 'hang':
      return happening.still ? `${happening.node} hangs` : `${happening.node} goes on`;
    case 'link':
      return `${happening.link}${happening.node === undefined ? '' : ` of ${happening.node}`} is ${happening.up ? 'up' : 'down'}`;
    case 'weather':
      return happening.what === 'loss'
        ? `loss ${Math.round(happening.value * 1000) / 10}%`
        : `${happening.what} ${timeText(happening.value)}`;
    case 'ask':
      return `${happening.node} ${happening.tool} ${happening.scope}`;
    case 'real':
      return describeReal(happening.real, happening.condition);
    case 'maintenance':
      return `${happening.real} is ${happening.isOut ? 'taken out for maintenance' : 'back from maintenance'}`;
    case 'resource':
      return `${happening.resource} on ${happening.node} ${happening.starts ? 'can be started' : 'fails to start'}`;
    case 'clock':
      return `the clock of ${happening.node} is set ${timeText(Math.abs(happening.by))} ${happening.by < 0 ? 'back' : 'ahead'}`;
  }
};
