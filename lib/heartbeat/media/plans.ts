/** How each medium of ha.cf is opened. */
import type { LinkMedium } from '../wiring/settings.js';
import { openBcast } from './bcast.js';
import { openMcast } from './mcast.js';
import type { MediumPlan } from './media.js';
import { openSerial } from './serial.js';
import { openUcast } from './ucast.js';

const planOf = (medium: LinkMedium): MediumPlan => {
  const about = { link: medium.name, title: `${medium.kind} ${medium.device}` };
  switch (medium.kind) {
    case 'bcast':
      return { ...about, open: (context) => openBcast(medium, context) };
    case 'mcast':
    case 'mcast6':
      return { ...about, open: (context) => openMcast(medium, context) };
    case 'ucast':
    case 'ucast6':
      return { ...about, open: (context) => openUcast(medium, context) };
    case 'serial':
      return { ...about, open: (context) => openSerial(medium, context) };
  }
};

/** One plan per medium, in the order of ha.cf. */
export const mediumPlans = (media: readonly LinkMedium[]): readonly MediumPlan[] => media.map(planOf);
