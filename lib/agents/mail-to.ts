/** MailTo: tells somebody by mail that the resources of its group come or go. */
import { hostname } from 'node:os';
import { findProgram } from '../platform/exec.js';
import { seconds } from '../time.js';
import type { AgentContext } from './agent.js';
import { OCF } from './exit.js';
import { createOcfStyle, type OcfAction, type OcfAnswer } from './ocf-style.js';
import { isMarked, removeMark, setMark } from './start-mark.js';
import { tool } from './tool.js';

const MARK = 'MailTo_MailTo';
/** A takeover does not wait longer than this for a mail. */
const PATIENCE = seconds(30);

/** What a mail says about its group: a subject whose first word has one letter counts as none, as to the genuine agent. */
export const groupText = (subject = ''): string => {
  const words = subject.split(/\s+/).filter((word) => word !== '');
  return (words[0] ?? '').length < 2 ? 'Resource Group' : words.join(' ');
};

export const subjectLine = (
  action: 'start' | 'stop',
  subject: string | undefined,
  date: string,
  node: string,
): string =>
  action === 'start'
    ? `${groupText(subject)} Takeover in progress at ${date} on ${node}`
    : `${groupText(subject)} Migrating resource away at ${date} from ${node}`;

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/** The call of the mail program that is installed, `mail` before `sendmail`. */
const mailCall = (to: string, subject: string, text: string) => {
  if (findProgram('mail') !== undefined) return { program: 'mail', args: ['-s', subject, to], input: text };
  const head = `To: ${oneLine(to)}\nSubject: ${subject}\n\n`;
  return { program: 'sendmail', args: ['-t', '-i'], input: `${head}${text}` };
};

const send = async (action: 'start' | 'stop', [to = '', given]: readonly string[], context: AgentContext) => {
  // As date(1) writes it, in the time zone and with the abbreviations of this machine.
  const { stdout } = await tool('date', [], context, { timeout: seconds(5) });
  const subject = oneLine(subjectLine(action, given, stdout.trim() || new Date().toUTCString(), hostname()));
  const line = ['MailTo', to, ...(given === undefined ? [] : [given]), action].join(' ');
  const { program, args, input } = mailCall(to, subject, `${subject}\n\nCommand line was:\n${line}\n`);
  const { failed } = await tool(program, args, context, { timeout: PATIENCE, input });
  // The mail is a courtesy: its group runs without it.
  if (failed !== undefined) context.log('WARN', `No mail to ${to}: ${failed}`);
};

const act = async (action: OcfAction, args: readonly string[], context: AgentContext): Promise<number | OcfAnswer> => {
  if (action === 'monitor') {
    return (await isMarked(MARK, context))
      ? { code: OCF.success, said: 'running' }
      : { code: OCF.notRunning, said: 'stopped' };
  }
  if (args[0] === '') {
    context.log('ERROR', 'At least 1 Email address has to be given!');
    return OCF.notConfigured;
  }
  if (findProgram('mail') === undefined && findProgram('sendmail') === undefined) {
    context.log('ERROR', 'Neither mail nor sendmail is installed');
    return OCF.notInstalled;
  }
  await send(action, args, context);
  const done = action === 'start' ? await setMark(MARK, context) : await removeMark(MARK, context);
  return done ? OCF.success : OCF.generic;
};

export const mailTo = createOcfStyle({ name: 'MailTo', fewest: 1, most: 2, act });
