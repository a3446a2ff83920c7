/** What a ping node may send back: a status of ours that was really sent, and not long ago (heartbeat reference 10, 11.5). */
import { type Message, text } from '../wire/message.js';
import { type Turn, update } from './turn.js';

/** Notes the `ts` of an own status. Several statuses of one second count as one, sent when the last of them was. */
export const noteEcho = (turn: Turn, ts: string | undefined): Turn => {
  const { echoes, settings } = turn.state;
  if (ts === undefined || settings.pingNodes.length === 0) return turn;
  const recent = echoes.filter(({ ts: known, at }) => known !== ts && turn.now.mono - at <= settings.deadping);
  return update(turn, { echoes: [...recent, { ts, at: turn.now.mono }] });
};

/** Whether a ping node can have got this from us lately; a recorded echo must not make it look reachable. */
export const isEcho = (turn: Turn, message: Message): boolean => {
  const ts = text(message, 'ts');
  const { echoes, settings } = turn.state;
  return echoes.some((echo) => echo.ts === ts && turn.now.mono - echo.at <= settings.deadping);
};
