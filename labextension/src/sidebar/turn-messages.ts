/** A turn → the messages that show it: the question, and one for every stage. */

import type { IMessageContent, IUser } from '../chat-compat';
import type { StageState } from '../protocol';
import type { MessageDetails, Progress } from './details';
import type { Turn } from './turn';

export const BOT: IUser = { username: 'jupyter-llmchat', bot: true };

export function messagesOf(turn: Turn, person: IUser): IMessageContent[] {
  const question: MessageDetails = {
    kind: 'question',
    key: turn.key,
    turnId: turn.turnId,
    versions: turn.versions,
    leftOut: turn.leftOut
  };
  const told = turn.state.stages.filter(each => each.text !== '' || !each.done);
  const answer = told.map((each, place) =>
    message(turn, each.stage, each.text, details(turn, each, place === told.length - 1), BOT)
  );
  if (told.length === 0) {
    const { state, key, asked } = turn;
    const wait: MessageDetails = { kind: 'wait', key, begun: asked * 1000, turn: state };
    answer.push(message(turn, 'wait', '', wait, BOT));
  }
  return [message(turn, 'question', turn.state.question, question, person), ...answer];
}

function details(turn: Turn, stage: StageState, isLast: boolean): MessageDetails {
  return {
    kind: 'stage',
    key: turn.key,
    stage: stage.stage,
    progress: progress(turn, stage),
    ms: stage.ms,
    begun: turn.begun(stage.stage),
    first: stage.first,
    turn: isLast ? turn.state : null
  };
}

function progress(turn: Turn, stage: StageState): Progress {
  if (!stage.done) {
    return turn.ended ? 'cut' : 'writing';
  }
  const reason = stage.finish_reason;
  return reason === null || reason === 'stop' ? 'done' : 'cut';
}

function message(
  turn: Turn,
  part: string,
  body: string,
  metadata: MessageDetails,
  sender: IUser
): IMessageContent {
  return { type: 'msg', id: `${turn.key}:${part}`, body, time: turn.asked, sender, metadata };
}
