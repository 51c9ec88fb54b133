/** What the answers come to, in a few figures each. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { AnswerCounts, Figure, MetricsSummary } from '../protocol';
import { count, share } from '../quantities';
import { figureHint, figureName, quantity } from './names';

type FigureName = 'first_token_ms' | 'token_ms' | 'tokens_per_s' | 'total_ms' | 'quality' | 'llm_first_share';

export type CardPart = { name: string; value: string };

export type CardContent = {
  name: string;
  hint: string;
  value: string;
  /** What the value is, where it could be several things. */
  kind: string;
  parts: readonly CardPart[];
};

export function cards(summary: MetricsSummary, trans: TranslationBundle): CardContent[] {
  return [
    answers(summary, trans),
    quantiles('first_token_ms', summary, trans),
    quantiles('token_ms', summary, trans),
    quantiles('tokens_per_s', summary, trans),
    quantiles('total_ms', summary, trans),
    mean('quality', summary, trans),
    mean('llm_first_share', summary, trans),
    cache(summary, trans),
    tokens(summary.counts, trans)
  ];
}

function answers({ counts }: MetricsSummary, trans: TranslationBundle): CardContent {
  const parts = [
    [trans.__('complete'), counts.complete],
    [trans.__('stopped'), counts.cancelled],
    [trans.__('interrupted'), counts.interrupted],
    [trans.__('failed'), counts.failed],
    [trans.__('being written'), counts.streaming]
  ] as const;
  return {
    name: trans.__('Answers'),
    hint: trans.__('All that were asked for; the other figures are of complete ones.'),
    value: count(counts.answers),
    kind: '',
    parts: parts
      .filter(([, number]) => number > 0)
      .map(([name, number]) => ({ name, value: count(number) }))
  };
}

function quantiles(
  name: FigureName,
  summary: MetricsSummary,
  trans: TranslationBundle
): CardContent {
  const figure = summary[name];
  const part = (label: string, value: number | null): CardPart => ({
    name: label,
    value: quantity(name, value, trans)
  });
  return {
    name: figureName(name, trans),
    hint: figureHint(name, trans),
    value: quantity(name, figure.p50, trans),
    kind: trans.__('median'),
    parts: [
      part(trans.__('average'), figure.avg),
      part(trans.__('95 % are below'), figure.p95),
      part(trans.__('99 % are below'), figure.p99),
      of(figure, trans)
    ]
  };
}

function mean(name: FigureName, summary: MetricsSummary, trans: TranslationBundle): CardContent {
  const figure = summary[name];
  return {
    name: figureName(name, trans),
    hint: figureHint(name, trans),
    value: quantity(name, figure.avg, trans),
    kind: trans.__('average'),
    parts: [
      { name: trans.__('median'), value: quantity(name, figure.p50, trans) },
      of(figure, trans)
    ]
  };
}

function of(figure: Figure, trans: TranslationBundle): CardPart {
  return { name: trans.__('answers measured'), value: count(figure.n) };
}

function cache(summary: MetricsSummary, trans: TranslationBundle): CardContent {
  return {
    name: trans.__('From the cache'),
    hint: trans.__('What the model did not have to read, or to answer, again.'),
    value: share(summary.cached_share, trans),
    kind: trans.__('of prompt tokens'),
    parts: [
      { name: trans.__('answers given again'), value: count(summary.counts.replays) },
      { name: trans.__('of complete answers'), value: share(summary.replay_share, trans) }
    ]
  };
}

function tokens(counts: AnswerCounts, trans: TranslationBundle): CardContent {
  return {
    name: trans.__('Tokens'),
    hint: trans.__('The pieces of text that the model reads and writes.'),
    value: count(counts.generated_tokens),
    kind: trans.__('written'),
    parts: [
      { name: trans.__('in prompts'), value: count(counts.prompt_tokens) },
      { name: trans.__('of these from the cache'), value: count(counts.cached_tokens) }
    ]
  };
}
