/** The line settings of a serial port as Linux keeps them (struct termios of asm-generic/termbits.h). */
import { endianness } from 'node:os';

/** Four flag words, the line discipline, 19 control characters, padded. */
export const TERMIOS_SIZE = 36;

// asm-generic/ioctls.h
export const TCGETS = 0x5401;
export const TCSETS = 0x5402;
export const TCFLSH = 0x540b;
/** Argument of TCFLSH: both directions. */
export const TCIOFLUSH = 2;
export const TIOCSBRK = 0x5427;
export const TIOCCBRK = 0x5428;

// asm-generic/termbits.h
const BRKINT = 0o2;
const INPCK = 0o20;
const ISTRIP = 0o40;
const IGNCR = 0o200;
const CS8 = 0o60;
const CREAD = 0o200;
const CLOCAL = 0o4000;
const CRTSCTS = 0o20000000000;
const VTIME = 5;
const VMIN = 6;
const CONTROL_CHARACTERS = 17;

const BAUD: ReadonlyMap<number, number> = new Map([
  [9600, 0o15],
  [19200, 0o16],
  [38400, 0o17],
  [57600, 0o10001],
  [115200, 0o10002],
  [230400, 0o10003],
  [460800, 0o10004],
]);

/** Machines whose kernel keeps these settings in another shape (mips, powerpc, sparc); stty(1) does it there. */
export const isGenericTermios = (architecture: string): boolean =>
  ['x64', 'arm64', 'riscv64', 'ia32', 'arm', 's390x', 'loong64'].includes(architecture);

const write32 = (into: Buffer, value: number, at: number): void => {
  if (endianness() === 'LE') into.writeUInt32LE(value >>> 0, at);
  else into.writeUInt32BE(value >>> 0, at);
};

/**
 * The settings of a heartbeat line, as the genuine daemon leaves them: eight data bits, no parity, hardware flow
 * control, no modem lines, raw; carriage returns are ignored and the eighth bit stripped (heartbeat reference 3.9).
 *
 * @param current what TCGETS answered; control characters that do not matter are kept
 * @returns undefined for a speed that is none
 */
export const heartbeatTermios = (current: Buffer, baud: number): Buffer | undefined => {
  const speed = BAUD.get(baud);
  if (speed === undefined) return undefined;
  const wanted = Buffer.alloc(TERMIOS_SIZE);
  current.copy(wanted);
  write32(wanted, BRKINT | INPCK | ISTRIP | IGNCR, 0);
  write32(wanted, 0, 4);
  write32(wanted, speed | CS8 | CREAD | CLOCAL | CRTSCTS, 8);
  write32(wanted, 0, 12);
  wanted[CONTROL_CHARACTERS + VTIME] = 1;
  wanted[CONTROL_CHARACTERS + VMIN] = 1;
  return wanted;
};

/** The same for stty(1); -drain: waiting for a line that takes nothing would never end. */
export const heartbeatStty = (baud: number): readonly string[] => [
  ...[
    String(baud),
    'raw',
    'brkint',
    'inpck',
    'istrip',
    'igncr',
    '-opost',
    '-onlcr',
    '-echo',
    '-echoe',
    '-echok',
    '-echoctl',
    '-echoke',
  ],
  ...['-icanon', '-isig', '-iexten'],
  ...['cs8', 'cread', 'clocal', 'crtscts', '-parenb', '-cstopb', '-hupcl', 'min', '1', 'time', '1'],
];
