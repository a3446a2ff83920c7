/** Hears the links of ha.cf without having a part in them: copies of what comes in and goes out on their devices. */
import type { Log } from '../../../log.js';
import { interfaceIndex } from '../../../platform/interfaces.js';
import { openCapture, type PacketCapture } from '../../../platform/packet-capture.js';
import { readSmallFile } from '../../../platform/run-files.js';
import type { HaConfig } from '../../config/model.js';
import { realDevice } from '../../media/medium.js';
import { type LinkMedium, linkMedia } from '../settings.js';

type Visible = Exclude<LinkMedium, { kind: 'serial' }>;

/** Takes the bytes of one packet; a view, valid during the call only. */
export type Hear = (data: Buffer, link: string, outgoing: boolean, from: string) => void;

export interface Ears {
  /** Hands on everything that has come since the last call. */
  readonly drain: () => void;
  /** Opens anew what hung on a device that is gone or was made anew; to be called every second or so. */
  readonly check: () => Promise<void>;
  /** Whether anything can leave by one of the devices at least. */
  readonly hasCarrier: () => boolean;
  readonly lost: () => number;
  readonly fragments: () => number;
  readonly close: () => void;
}

const isVisible = (medium: LinkMedium): medium is Visible => medium.kind !== 'serial';

/** Links that nobody but the genuine daemon can read, as `kind name`. */
export const unseenLinks = (config: Pick<HaConfig, 'media'>): readonly string[] =>
  linkMedia(config as HaConfig).flatMap((medium) => (isVisible(medium) ? [] : [`serial ${medium.name}`]));

/** A device that is down cannot be asked, and has none either. */
const hasCarrier = (device: string): boolean =>
  readSmallFile(`/sys/class/net/${device}/carrier`)?.toString('latin1').trim() === '1';

interface Ear {
  readonly device: string;
  readonly media: readonly Visible[];
  index: number | undefined;
  capture: PacketCapture | undefined;
  told: boolean;
}

/** One ear for each device; a string says why one of them cannot be opened, and nothing stays open then. */
export const openEars = async (config: HaConfig, hear: Hear, log: Log): Promise<Ears | string> => {
  const media = linkMedia(config).filter(isVisible);
  const devices = [...new Set(media.map(({ device }) => realDevice(device)))];
  const ears: Ear[] = devices.map((device) => ({
    device,
    media: media.filter((medium) => realDevice(medium.device) === device),
    index: undefined,
    capture: undefined,
    told: false,
  }));
  let lost = 0;
  let fragments = 0;

  const open = async (ear: Ear): Promise<string | undefined> => {
    const index = interfaceIndex(ear.device);
    const opened = await openCapture(ear.device, [...new Set(ear.media.map(({ port }) => port))]);
    if (typeof opened === 'string') return opened;
    ear.index = index;
    ear.capture = opened;
    return undefined;
  };
  const shut = (ear: Ear): void => {
    lost += ear.capture?.lost() ?? 0;
    ear.capture?.close();
    ear.capture = undefined;
  };
  const reopen = async (ear: Ear): Promise<void> => {
    shut(ear);
    const refused = await open(ear);
    if (refused === undefined) log('info', `${ear.device} is heard again`);
    else if (!ear.told) log('WARN', `${ear.device} is not heard any more: ${refused}. It is tried again every second.`);
    ear.told = refused !== undefined;
  };

  for (const ear of ears) {
    const refused = await open(ear);
    if (refused === undefined) continue;
    for (const one of ears) shut(one);
    return refused;
  }
  return {
    drain: () => {
      for (const { capture, media: known } of ears)
        capture?.drain((captured, outgoing) => {
          if (captured.kind === 'fragment') fragments += 1;
          else {
            const { port, data, from } = captured;
            const link = known.find((medium) => medium.port === port)?.name;
            if (link !== undefined) hear(data, link, outgoing, from);
          }
        });
    },
    check: async () => {
      for (const ear of ears)
        if (ear.capture === undefined || interfaceIndex(ear.device) !== ear.index) await reopen(ear);
    },
    hasCarrier: () => ears.some(({ device }) => hasCarrier(device)),
    lost: () => {
      for (const { capture } of ears) lost += capture?.lost() ?? 0;
      return lost;
    },
    fragments: () => fragments,
    close: () => {
      for (const ear of ears) shut(ear);
    },
  };
};
