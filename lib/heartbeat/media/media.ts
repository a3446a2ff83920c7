/** All media of the node: opened together, watched, opened anew when their device has changed, sent to as one. */
import type { Log } from '../../log.js';
import { errorText } from '../../platform/error-text.js';
import { type Millis, seconds } from '../../time.js';
import { type MediumContext, MediumError, type OpenMedium, type Outgoing, TooLarge } from './medium.js';
import { sendFailed, sendRecovered } from './send-errors.js';

/** How a medium is opened; the link name is what its packets are fed under. */
export interface MediumPlan {
  readonly link: string;
  readonly title: string;
  readonly open: (context: MediumContext) => Promise<OpenMedium>;
}

export interface MediaOptions {
  readonly plans: readonly MediumPlan[];
  readonly log: Log;
  readonly bindToDevice: MediumContext['bindToDevice'];
  /** Whether a packet is lost on its way out, asked for each medium: the test hook (heartbeat reference 11.4). */
  readonly loses?: () => boolean;
  readonly onPacket: (data: Uint8Array, link: string, from?: string) => void;
}

export interface Media {
  /** Sends to every medium; never rejects. Resolves when every medium has taken or refused it. */
  readonly send: (packet: Outgoing) => Promise<void>;
  /** Looks after the media; to be called about once a second. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Failed sends in a row after which opening anew is tried, and how often. */
const SUSPECT_AFTER = 3;
export const MEDIA_CHECK: Millis = seconds(1);
const REOPEN_EVERY_CHECKS = 5;

interface Slot {
  readonly plan: MediumPlan;
  medium: OpenMedium | undefined;
  /** Why it wants to be opened anew. */
  broken: string | undefined;
  failures: number;
  /** Checks until the next try to open it anew. */
  patience: number;
  /** Whether the failed opening has been told already. */
  told: boolean;
  /** It is being opened anew at this moment. */
  busy: boolean;
}

const messagesOf = (error: unknown): readonly string[] =>
  error instanceof MediumError ? error.messages : [errorText(error)];

/**
 * Opens all media. Rejects with a MediumError that holds the lines of all that failed when any fails (as genuine: no
 * start without all of them); nothing stays open then.
 */
export const openMedia = async (options: MediaOptions): Promise<Media> => {
  const { log } = options;
  const slots: Slot[] = options.plans.map((plan) => ({
    plan,
    medium: undefined,
    broken: undefined,
    failures: 0,
    patience: 0,
    told: false,
    busy: false,
  }));
  let closed = false;
  let noChannel = false;

  const contextFor = (slot: Slot): MediumContext => ({
    log,
    bindToDevice: options.bindToDevice,
    onPacket: (data, from) => options.onPacket(data, slot.plan.link, from),
    onBroken: (reason) => {
      slot.broken ??= reason;
    },
  });

  const sendOn = async (slot: Slot, medium: OpenMedium, packet: Outgoing): Promise<void> => {
    if (options.loses?.() === true) return;
    try {
      await medium.send(packet);
      for (const { priority, text } of sendRecovered(medium.title, slot.failures)) log(priority, text);
      slot.failures = 0;
    } catch (error) {
      if (error instanceof TooLarge) {
        // The message is at fault, not the medium.
        log('ERROR', `write_child: write failure on ${medium.title}.: ${error.message}. The message is dropped.`);
        return;
      }
      slot.failures += 1;
      for (const { priority, text } of sendFailed(medium.title, slot.failures, errorText(error))) log(priority, text);
    }
  };

  const closeAll = async (): Promise<void> => {
    await Promise.all(slots.map((slot) => slot.medium?.close()));
    for (const slot of slots) slot.medium = undefined;
  };

  /** Why the slot should be opened anew, or undefined when all is well. */
  const complaint = (slot: Slot): string | undefined => {
    if (slot.medium === undefined) return 'not open';
    if (slot.broken !== undefined) return slot.broken;
    if (!slot.medium.isIntact()) return 'its device has changed';
    return slot.failures >= SUSPECT_AFTER ? 'writing fails' : undefined;
  };

  const reopen = async (slot: Slot, reason: string): Promise<void> => {
    try {
      const fresh = await slot.plan.open(contextFor(slot));
      const old = slot.medium;
      slot.medium = fresh;
      slot.broken = undefined;
      slot.told = false;
      await old?.close();
      if (closed) await fresh.close();
      // Sends that keep failing on a device that is simply down are not worth a line every five seconds.
      else if (reason !== 'writing fails')
        log('info', `${slot.plan.title}: ${reason}. Communications restart succeeded.`);
    } catch (error) {
      if (slot.told) return;
      slot.told = true;
      const text = messagesOf(error).join('; ');
      log('ERROR', `${slot.plan.title}: ${reason}. Communications restart failed. Will try again later. (${text})`);
    }
  };

  const checkOne = async (slot: Slot): Promise<void> => {
    const reason = complaint(slot);
    if (reason === undefined) slot.patience = 0;
    else if (slot.patience > 0) slot.patience -= 1;
    else {
      // A device that comes back is tried every second, failing writes less often.
      slot.patience = reason === 'writing fails' ? REOPEN_EVERY_CHECKS : 0;
      await reopen(slot, reason);
    }
  };

  const opened = await Promise.allSettled(
    slots.map(async (slot) => {
      slot.medium = await slot.plan.open(contextFor(slot));
    }),
  );
  const failures = opened.flatMap((result, index) =>
    result.status === 'rejected'
      ? [...messagesOf(result.reason), `make_io_childpair: cannot open ${slots[index]?.plan.title}`]
      : [],
  );
  if (failures.length > 0) {
    await closeAll();
    throw new MediumError(failures);
  }
  for (const { medium } of slots) for (const line of medium?.started ?? []) log('info', line);

  return {
    send: async (packet) => {
      const ready = slots.filter((slot) => slot.medium !== undefined);
      if (ready.length === 0 && !noChannel) log('CRIT', 'send_to_all_media: No working comm channels to write to.');
      noChannel = ready.length === 0;
      await Promise.all(
        ready.map((slot) => (slot.medium === undefined ? undefined : sendOn(slot, slot.medium, packet))),
      );
    },
    check: async () => {
      // Opening may take its time; a second try meanwhile would open everything twice.
      const idle = slots.filter((slot) => !slot.busy);
      await Promise.all(
        idle.map(async (slot) => {
          if (closed) return;
          slot.busy = true;
          await checkOne(slot).finally(() => {
            slot.busy = false;
          });
        }),
      );
    },
    close: async () => {
      closed = true;
      await closeAll();
    },
  };
};
