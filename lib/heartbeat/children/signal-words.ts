/** How a signal is called in the line about a program that it ended (heartbeat reference 9.1). */
import { constants } from 'node:os';

const WORDS: Readonly<Record<string, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace',
  SIGABRT: 'Abort',
  SIGBUS: 'BUS error',
  SIGFPE: 'Floating-point exception',
  SIGKILL: 'Kill, unblockable',
  SIGUSR1: 'User-defined signal 1',
  SIGSEGV: 'Segmentation violation',
  SIGUSR2: 'User-defined signal 2',
  SIGPIPE: 'Broken pipe (POSIX)',
  SIGALRM: 'Alarm clock (POSIX)',
  SIGTERM: 'Termination (ANSI)',
  SIGSTKFLT: 'Stack fault',
  SIGCONT: 'Continue',
  SIGSTOP: 'Stop, unblockable',
  SIGTSTP: 'Keyboard stop',
  SIGTTIN: 'Background read from tty',
  SIGTTOU: 'Background write to tty',
  SIGXCPU: 'CPU limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGVTALRM: 'Virtual alarm clock',
  SIGPROF: 'Profiling alarm clock',
};

/** `9 [SIGKILL - Kill, unblockable]`, or the number alone when the signal has no words. */
export const signalWords = (name: NodeJS.Signals): string => {
  const number = constants.signals[name];
  const words = WORDS[name];
  return words === undefined ? `${number}` : `${number} [${name} - ${words}]`;
};
