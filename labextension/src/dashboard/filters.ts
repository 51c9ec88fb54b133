/** Which answers are meant, as a person chooses and as the server is asked. */

import type { MetricsSeries } from '../protocol';

export type Period = 'hour' | 'day' | 'week' | 'all';
export const PERIODS: readonly Period[] = ['hour', 'day', 'week', 'all'];

export type Filters = {
  period: Period;
  /** null for all. */
  model: string | null;
  session: string | null;
  /** Whether answers that were given again count among the figures. */
  replays: boolean;
};

export const EVERYTHING: Filters = { period: 'all', model: null, session: null, replays: false };

export type Bucket = MetricsSeries['bucket'];

const SPAN_S: Record<Exclude<Period, 'all'>, number> = {
  hour: 3600,
  day: 86_400,
  week: 7 * 86_400
};
const BUCKETS: Record<Period, Bucket> = { hour: 'minute', day: 'hour', week: 'day', all: 'day' };
export const BUCKET_S: Record<Bucket, number> = { minute: 60, hour: 3600, day: 86_400 };

/** A series has no more points. */
const MOST_DAYS = 999;

export type Query = Record<string, string | number | undefined>;

export function bucketOf(period: Period): Bucket {
  return BUCKETS[period];
}

/** The beginning of the period, in seconds since the epoch. */
export function since(period: Period, now: number): number | undefined {
  return period === 'all' ? undefined : Math.max(0, now - SPAN_S[period]);
}

export function answersQuery(filters: Filters, now: number): Query {
  return {
    since: since(filters.period, now),
    model: filters.model ?? undefined,
    session: filters.session ?? undefined,
    replays: filters.replays ? 'true' : undefined
  };
}

/** `firstUsed` is when the oldest answer was asked for, if there is one. */
export function seriesQuery(filters: Filters, now: number, firstUsed: number | null): Query {
  const earliest = Math.max(firstUsed ?? now, now - MOST_DAYS * BUCKET_S.day);
  return {
    ...answersQuery(filters, now),
    since: since(filters.period, now) ?? earliest,
    bucket: bucketOf(filters.period),
    utc_offset_s: utcOffset()
  };
}

/** Seconds that this browser's clock is ahead of UTC. */
export function utcOffset(): number {
  return -60 * new Date().getTimezoneOffset();
}
