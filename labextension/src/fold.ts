/** Events → state of a turn, as protocol/fold.py does it; both are tested on the same files. */

import { STAGES } from './protocol';
import type { Revision, StageChange, StageState, TurnEvent, TurnState } from './protocol';

type Stage = StageState['stage'];

/** Stages that lead to the answer without being part of it. */
export const PREPARATORY: readonly Stage[] = ['analysis', 'reasoning'];

/** A turn of which nothing has been heard. */
export const NOTHING: TurnState = {
  turn_id: '',
  session_id: '',
  question: '',
  model: '',
  status: 'waiting',
  position: 0,
  stages: [],
  decisions: [],
  notices: [],
  refinement: null,
  quality: null,
  revisions: [],
  finish_reason: null,
  metrics: null,
  error: null,
  next_seq: 0
};

export function ended(state: TurnState): boolean {
  return state.status === 'complete' || state.status === 'failed';
}

/** The stage of that name; an empty one if it has not begun. */
export function stageOf(state: TurnState, name: Stage): StageState {
  const found = state.stages.find(each => each.stage === name);
  const empty = { stage: name, text: '', done: false, tokens: 0, ms: 0, first: '' };
  return found ?? { ...empty, finish_reason: null };
}

/** The answer as text, without how it was arrived at. */
export function textOf(state: TurnState): string {
  return state.stages
    .filter(each => !PREPARATORY.includes(each.stage))
    .map(each => each.text.trim())
    .filter(text => text !== '')
    .join('\n\n');
}

/** The state after one more event; what was seen before, or comes after the end, is ignored. */
export function apply(state: TurnState, event: TurnEvent): TurnState {
  if (event.seq < state.next_seq || ended(state)) {
    return state;
  }
  return { ...advanced(state, event), next_seq: event.seq + 1 };
}

export function fold(events: Iterable<TurnEvent>): TurnState {
  let state = NOTHING;
  for (const event of events) {
    state = apply(state, event);
  }
  return state;
}

function advanced(state: TurnState, event: TurnEvent): TurnState {
  switch (event.type) {
    case 'start': {
      const { turn_id, session_id, question, model } = event;
      return { ...state, turn_id, session_id, question, model };
    }
    case 'queued':
      return { ...state, position: event.position };
    case 'decision':
      return { ...state, decisions: [...state.decisions, event] };
    case 'notice':
      return { ...state, notices: [...state.notices, event] };
    case 'stage':
      return withStage(state, changed(stageOf(state, event.stage), event));
    case 'chunk': {
      const stage = stageOf(state, event.stage);
      return withStage(state, { ...stage, text: stage.text + event.text });
    }
    case 'refinement':
      return { ...state, refinement: event };
    case 'quality':
      return { ...state, quality: event };
    case 'revision':
      return revised(state, event);
    case 'complete': {
      const { finish_reason, metrics } = event;
      return { ...state, status: 'complete', finish_reason, metrics };
    }
    case 'error':
      return { ...state, status: 'failed', error: event, metrics: event.metrics };
  }
}

function revised(before: TurnState, event: Revision): TurnState {
  const state = { ...before, revisions: [...before.revisions, event] };
  if (!event.used) {
    return state;
  }
  const stage = stageOf(state, event.stage);
  return withStage(state, { ...stage, text: event.text, first: stage.text });
}

function changed(stage: StageState, event: StageChange): StageState {
  if (event.phase === 'start') {
    return stage;
  }
  const { tokens, ms, finish_reason } = event;
  return { ...stage, done: true, tokens, ms, finish_reason };
}

function withStage(state: TurnState, stage: StageState): TurnState {
  const others = state.stages.filter(each => each.stage !== stage.stage);
  const stages = [...others, stage].sort(
    (a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage)
  );
  return { ...state, status: 'streaming', stages };
}
