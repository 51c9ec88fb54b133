/** What a message of the panel has beyond its text. */

import type { IMessageContent } from '../chat-compat';
import type { StageState, TurnState } from '../protocol';

export type StageName = StageState['stage'];

/** How a part of an answer stands: `cut` is one that something ended early. */
export type Progress = 'writing' | 'done' | 'cut';

export type QuestionDetails = {
  kind: 'question';
  /** Names the turn in this page from the moment of asking. */
  key: string;
  /** null until the server has taken the question. */
  turnId: string | null;
  /** The turns at its place, oldest first; empty if it is the only one. */
  versions: readonly string[];
  /** Sources that were to go along and could not be read. */
  leftOut: readonly string[];
};

export type StageDetails = {
  kind: 'stage';
  key: string;
  stage: StageName;
  progress: Progress;
  /** Milliseconds it took; 0 where nobody knows. */
  ms: number;
  /** By this page's clock; 0 if it has not seen it. */
  begun: number;
  /** The text that a better one has replaced. */
  first: string;
  /** Of the last stage: the answer as a whole, for what stands below it. */
  turn: TurnState | null;
};

/** Instead of an answer: what happens now, or what went wrong. */
export type WaitDetails = {
  kind: 'wait';
  key: string;
  begun: number;
  turn: TurnState;
};

export type MessageDetails = QuestionDetails | StageDetails | WaitDetails;

export function detailsOf(message: IMessageContent): MessageDetails | null {
  return (message.metadata as MessageDetails | undefined) ?? null;
}
