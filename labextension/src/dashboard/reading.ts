/** Figures as the server gives them. Nothing is reckoned here. */

import type { Api } from '../api';
import type {
  MetricsSeries,
  MetricsSummary,
  ModelList,
  Session,
  SessionList,
  SettingsInForce,
  Status,
  Usage
} from '../protocol';
import { BUCKET_S, answersQuery, bucketOf, seriesQuery, utcOffset } from './filters';
import type { Filters } from './filters';

export type SeriesName = MetricsSeries['figure'];

/** What is drawn over time. */
export const DRAWN: readonly SeriesName[] = [
  'first_token_ms',
  'token_ms',
  'quality',
  'llm_first_share',
  'cached_share',
  'total_ms'
];

/** What the answers of one model come to. */
export type ModelSummary = { model: string; summary: MetricsSummary };

export type Snapshot = {
  /** Seconds since the epoch. */
  at: number;
  filters: Filters;
  summary: MetricsSummary;
  usage: Usage;
  series: Record<SeriesName, MetricsSeries>;
  /** Of those that have answered what was chosen; empty if one alone can have. */
  byModel: readonly ModelSummary[];
  status: Status;
  models: ModelList;
  settings: SettingsInForce;
  /** Those used last, to choose from. */
  sessions: readonly Session[];
};

const SESSIONS = 50;
/** Compared; those with the most answers. */
const MODELS = 8;

/** What is in `last` already is read again only if answers have come since. */
export async function read(
  api: Api,
  filters: Filters,
  last: Snapshot | null,
  at: number
): Promise<Snapshot> {
  const [summary, status, models, settings] = await Promise.all([
    api.get<MetricsSummary>('metrics/summary', answersQuery(filters, at)),
    api.status(),
    api.models(),
    last?.settings ?? api.get<SettingsInForce>('settings')
  ]);
  const now = { at, filters, summary, status, models, settings };
  if (last !== null && isStillDrawn(now, last)) {
    return { ...last, ...now };
  }
  const [usage, sessions] = await Promise.all([
    api.get<Usage>('metrics/usage', { utc_offset_s: utcOffset() }),
    api.get<SessionList>('sessions', { limit: SESSIONS })
  ]);
  const [series, byModel] = await Promise.all([
    readSeries(api, filters, at, usage.first_used),
    readByModel(api, filters, at, usage)
  ]);
  return { ...now, usage, series, byModel, sessions: sessions.sessions };
}

type Now = Pick<Snapshot, 'at' | 'filters' | 'summary'>;

function isStillDrawn(now: Now, last: Snapshot): boolean {
  const size = BUCKET_S[bucketOf(now.filters.period)];
  return (
    now.filters === last.filters &&
    Math.floor(now.at / size) === Math.floor(last.at / size) &&
    JSON.stringify(now.summary) === JSON.stringify(last.summary)
  );
}

async function readSeries(
  api: Api,
  filters: Filters,
  at: number,
  firstUsed: number | null
): Promise<Snapshot['series']> {
  const query = seriesQuery(filters, at, firstUsed);
  const found = await Promise.all(
    DRAWN.map(figure => api.get<MetricsSeries>('metrics/series', { ...query, figure }))
  );
  return Object.fromEntries(found.map(each => [each.figure, each])) as Snapshot['series'];
}

async function readByModel(
  api: Api,
  filters: Filters,
  at: number,
  usage: Usage
): Promise<ModelSummary[]> {
  if (filters.model !== null || usage.models.length < 2) {
    return [];
  }
  const found = await Promise.all(
    usage.models.slice(0, MODELS).map(async ({ model }) => ({
      model,
      summary: await api.get<MetricsSummary>(
        'metrics/summary',
        answersQuery({ ...filters, model }, at)
      )
    }))
  );
  return found.filter(each => each.summary.counts.answers > 0);
}
