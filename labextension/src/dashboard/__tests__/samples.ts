/** Figures as a server would give them. */

import type { Figure, MetricsSeries, MetricsSummary, SeriesPoint } from '../../protocol';
import { model, status } from '../../status/__tests__/samples';
import { EVERYTHING } from '../filters';
import { DRAWN } from '../reading';
import type { Snapshot } from '../reading';

export const NOON = 1_800_000_000;

export function figure(value: number | null): Figure {
  return {
    n: value === null ? 0 : 3,
    avg: value,
    p50: value,
    p95: value === null ? null : 2 * value,
    p99: value === null ? null : 3 * value
  };
}

export function summary(changes: Partial<MetricsSummary> = {}): MetricsSummary {
  return {
    counts: {
      answers: 5, complete: 3, cancelled: 1, interrupted: 0, failed: 1, streaming: 0,
      replays: 2, prompt_tokens: 2000, cached_tokens: 500, generated_tokens: 1234
    },
    first_token_ms: figure(450),
    token_ms: figure(8.25),
    total_ms: figure(12_300),
    tokens_per_s: figure(121.2),
    quality: figure(77.7),
    llm_first_share: figure(0.955),
    cached_share: 0.25,
    replay_share: 0.4,
    ...changes
  };
}

export function point(start: number, value: number): SeriesPoint {
  return { start, n: 2, avg: value, p50: value, p95: 2 * value };
}

export function series(
  figure: MetricsSeries['figure'],
  ...values: number[]
): MetricsSeries {
  const points = values.map((each, place) => point(NOON + 3600 * place, each));
  return {
    figure,
    bucket: 'hour',
    since: NOON,
    until: NOON + 86_400,
    lines: points.length > 0 ? [{ model: null, points }] : []
  };
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  const all = DRAWN.map(each => [each, series(each, 0.5, 0.25)]);
  return {
    at: NOON,
    filters: EVERYTHING,
    summary: summary(),
    usage: {
      user: 'ada', sessions: 2, messages: 10, answers: 5, prompt_tokens: 2000,
      generated_tokens: 1234, active_days: 1, favourite_strategy: 'simple',
      models: [{ model: 'tiny', answers: 5 }], first_used: NOON - 7200, last_used: NOON
    },
    series: Object.fromEntries(all) as Snapshot['series'],
    byModel: [],
    status: status({ turns_active: 3, turns_waiting: 2 }),
    models: { models: [model()], memory_budget_bytes: 12e9 },
    settings: { settings: { n_ctx: 2048 }, models: [] },
    sessions: [],
    ...changes
  };
}
