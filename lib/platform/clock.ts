/** The one place that reads the clocks. */
import { millis, type Now } from '../time.js';

/** The present instant. */
export const now = (): Now => ({ mono: millis(performance.now()), wall: millis(Date.now()) });
