/** How things are called in the panel. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { TurnState } from '../protocol';
import type { StageName } from './details';

export function stageLabel(stage: StageName, trans: TranslationBundle): string {
  switch (stage) {
    case 'analysis':
      return trans.__('Analysis');
    case 'reasoning':
      return trans.__('Reasoning');
    case 'core':
      return trans.__('Answer');
    case 'detail':
      return trans.__('In detail');
    case 'conclusion':
      return trans.__('In short');
  }
}

export function stageActivity(stage: StageName, trans: TranslationBundle): string {
  switch (stage) {
    case 'analysis':
      return trans.__('Analysing the question');
    case 'reasoning':
      return trans.__('Reasoning');
    case 'core':
      return trans.__('Answering');
    case 'detail':
      return trans.__('Going into detail');
    case 'conclusion':
      return trans.__('Concluding');
  }
}

/** What happens while nothing is being written. */
export function activity(turn: TurnState, trans: TranslationBundle): string {
  if (turn.status === 'waiting' && turn.position > 0) {
    return trans._n(
      'Waiting: one other question goes first',
      'Waiting: %1 other questions go first',
      turn.position
    );
  }
  return turn.decisions.length > 0
    ? trans.__('Deciding how to go on')
    : trans.__('Reading the question');
}

export type Ending = { label: string; hint: string; isBad: boolean };

/** How an answer ended, if that needs saying. */
export function ending(turn: TurnState, trans: TranslationBundle): Ending | null {
  if (turn.status === 'failed') {
    return turn.error?.code === 'worker_lost'
      ? {
          label: trans.__('Interrupted'),
          hint: trans.__('The model process ended. What was said is kept.'),
          isBad: true
        }
      : { label: trans.__('Failed'), hint: trans.__('What was said is kept.'), isBad: true };
  }
  switch (turn.finish_reason) {
    case 'cancelled':
      return { label: trans.__('Stopped'), hint: trans.__('Stopped by you.'), isBad: false };
    case 'deadline':
      return {
        label: trans.__('Deadline'),
        hint: trans.__('The time limit was reached; what was said by then is kept.'),
        isBad: false
      };
    case 'length':
      return {
        label: trans.__('Cut'),
        hint: trans.__('The limit of tokens was reached.'),
        isBad: false
      };
    case 'interrupted':
      return {
        label: trans.__('Interrupted'),
        hint: trans.__('The model process ended. What was said is kept.'),
        isBad: true
      };
    default:
      return null;
  }
}

/** A time span as people say it. */
export function seconds(ms: number, trans: TranslationBundle): string {
  return ms < 1000 ? trans.__('%1 ms', Math.round(ms)) : trans.__('%1 s', (ms / 1000).toFixed(1));
}
