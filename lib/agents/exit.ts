/** The exit codes of OCF agents and the lines that the resource.d wrappers print for them. */
import type { AgentResult, Verb } from './agent.js';

export const OCF = {
  success: 0,
  generic: 1,
  arguments: 2,
  unimplemented: 3,
  permission: 4,
  notInstalled: 5,
  notConfigured: 6,
  notRunning: 7,
} as const;

const TEXTS: Readonly<Record<number, string>> = {
  [OCF.generic]: 'ERROR:  Generic error',
  [OCF.arguments]: 'ERROR:  Illegal argument',
  [OCF.unimplemented]: 'ERROR:  Function unimplemented',
  [OCF.permission]: 'ERROR:  User had insufficient privilege',
  [OCF.notInstalled]: 'ERROR:  Program is not installed',
  [OCF.notConfigured]: 'ERROR:  Program is not configured',
  [OCF.notRunning]: 'INFO:  Resource is stopped',
};

/** The result with the line that scripts and people look for (heartbeat reference 2.6, "OCF bridge"). */
export const wrapped = (verb: Verb, code: number): AgentResult => {
  const success = verb === 'status' || verb === 'monitor' ? 'INFO:  Running OK' : 'INFO:  Success';
  return { code, output: code === OCF.success ? success : (TEXTS[code] ?? `ERROR:  Unknown error: ${code}`) };
};
