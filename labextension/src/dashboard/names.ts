/** What figures and periods are called, and how their values are written. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { duration, score, share, speed } from '../quantities';
import type { Bucket, Period } from './filters';
import type { SeriesName } from './reading';

export function figureName(figure: SeriesName, trans: TranslationBundle): string {
  switch (figure) {
    case 'first_token_ms':
      return trans.__('Time to first token');
    case 'token_ms':
      return trans.__('Time per token');
    case 'total_ms':
      return trans.__('Time of an answer');
    case 'tokens_per_s':
      return trans.__('Speed');
    case 'quality':
      return trans.__('Quality');
    case 'llm_first_share':
      return trans.__('Decided by the model');
    case 'cached_share':
      return trans.__('Prompt from the cache');
  }
}

export function figureHint(figure: SeriesName, trans: TranslationBundle): string {
  switch (figure) {
    case 'first_token_ms':
      return trans.__('From the question to the first piece of the answer.');
    case 'token_ms':
      return trans.__('Between two tokens, while an answer is written.');
    case 'total_ms':
      return trans.__('From the question to the end of the answer.');
    case 'tokens_per_s':
      return trans.__('Tokens written in a second.');
    case 'quality':
      return trans.__('As the model judges its answers; only those it has judged count.');
    case 'llm_first_share':
      return trans.__('The share of decisions that the model took, not a default.');
    case 'cached_share':
      return trans.__('The share of the prompt that the model had read before.');
  }
}

export function quantity(
  figure: SeriesName,
  value: number | null | undefined,
  trans: TranslationBundle
): string {
  switch (figure) {
    case 'tokens_per_s':
      return speed(value, trans);
    case 'quality':
      return score(value, trans);
    case 'llm_first_share':
    case 'cached_share':
      return share(value, trans);
    default:
      return duration(value, trans);
  }
}

export function periodName(period: Period, trans: TranslationBundle): string {
  switch (period) {
    case 'hour':
      return trans.__('Last hour');
    case 'day':
      return trans.__('Last 24 hours');
    case 'week':
      return trans.__('Last 7 days');
    case 'all':
      return trans.__('All time');
  }
}

export function perBucket(bucket: Bucket, trans: TranslationBundle): string {
  switch (bucket) {
    case 'minute':
      return trans.__('Answers a minute');
    case 'hour':
      return trans.__('Answers an hour');
    case 'day':
      return trans.__('Answers a day');
  }
}

/** A bucket's beginning. */
export function when(start: number, bucket: Bucket): string {
  const date = new Date(start * 1000);
  if (bucket === 'day') {
    return date.toLocaleDateString(undefined, { dateStyle: 'medium' });
  }
  return date.toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });
}
