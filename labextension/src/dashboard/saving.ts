/** Figures as files, for who wants to go on with them elsewhere. */

import { download } from '../download';
import { points } from './spec';
import { DRAWN } from './reading';
import type { Snapshot } from './reading';

export const COLUMNS = ['figure', 'from', 'answers', 'average', 'median', 'p95'] as const;

/** A line for each point that is drawn. Times are UTC, units those of the API. */
export function csv(snapshot: Snapshot): string {
  const rows = DRAWN.flatMap(figure =>
    points(snapshot.series[figure]).map(each =>
      [figure, iso(each.start), each.n, each.avg, each.p50, each.p95].join(',')
    )
  );
  return [COLUMNS.join(','), ...rows, ''].join('\r\n');
}

/** All that the dashboard shows, as the server gave it. */
export function json(snapshot: Snapshot): string {
  const { at, filters, summary, usage, byModel, series } = snapshot;
  const said = { at: iso(at), filters, summary, usage, by_model: byModel, series };
  return JSON.stringify(said, null, 2);
}

/** Offers it as a download. */
export function save(snapshot: Snapshot, kind: 'csv' | 'json'): void {
  const [text, type] =
    kind === 'csv' ? [csv(snapshot), 'text/csv'] : [json(snapshot), 'application/json'];
  const name = `assistant-figures-${iso(snapshot.at).slice(0, 10)}.${kind}`;
  download(new Blob([text], { type }), name);
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString();
}
