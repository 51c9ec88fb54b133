/** How the states of models and databases are called. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Model, ModelStatus, Status } from '../protocol';

type State = ModelStatus['state'];

export function stateLabel(state: State, trans: TranslationBundle): string {
  switch (state) {
    case 'starting':
      return trans.__('Loading');
    case 'restarting':
      return trans.__('Starting again');
    case 'ready':
      return trans.__('Ready');
    case 'failed':
      return trans.__('Not working');
    case 'stopped':
      return trans.__('Not loaded');
  }
}

export function warmthLabel(warmth: Model['warmth'], trans: TranslationBundle): string {
  switch (warmth) {
    case 'cold':
      return trans.__('prepared with the first question');
    case 'warming':
      return trans.__('being prepared');
    case 'warm':
      return trans.__('prepared');
  }
}

/** What the turns do; '' if there are none. */
export function queueLabel(status: Status, trans: TranslationBundle): string {
  const { turns_active: active, turns_waiting: waiting } = status;
  const running = active - waiting;
  const parts = [
    running > 0 ? trans._n('1 answer being written', '%1 answers being written', running) : '',
    waiting > 0 ? trans._n('1 question waiting', '%1 questions waiting', waiting) : ''
  ];
  return parts.filter(each => each !== '').join(', ');
}
