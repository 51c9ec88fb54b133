/** Figures over time → Vega-Lite, in the colours of the theme. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONObject, PartialJSONValue } from '@lumino/coreutils';

import type { MetricsSeries, SeriesPoint } from '../protocol';
import { BUCKET_S } from './filters';
import { figureName, perBucket } from './names';

/** What JupyterLab draws; it takes versions 3 to 5. */
export const VEGALITE = 'application/vnd.vegalite.v5+json';

/** Of the theme that is on. */
export type Palette = { text: string; grid: string; first: string; second: string };

export type Spec = PartialJSONObject;

export const HEIGHT = 170;

/** Median and the 95th percentile, for what is to be small. */
export function quantileSpec(
  series: MetricsSeries,
  palette: Palette,
  trans: TranslationBundle
): Spec {
  const scale = unitOf(series, trans);
  const names = [trans.__('median'), trans.__('95 % are below')];
  const values = points(series).flatMap(each => [
    { at: each.start * 1000, value: each.p50 * scale.factor, what: names[0], n: each.n },
    { at: each.start * 1000, value: each.p95 * scale.factor, what: names[1], n: each.n }
  ]);
  const domain = { domain: names };
  return plot(palette, values, {
    mark: { type: 'line', point: { size: 40 }, strokeWidth: 2 },
    encoding: {
      ...axes(series, scale.unit, trans),
      color: {
        field: 'what',
        scale: { ...domain, range: [palette.first, palette.second] },
        legend: { title: null, orient: 'top', symbolStrokeWidth: 0 }
      },
      // Not by colour alone.
      strokeDash: {
        field: 'what',
        scale: { ...domain, range: [[1, 0], [5, 3]] },
        legend: null
      },
      shape: { field: 'what', scale: { ...domain, range: ['circle', 'triangle-up'] } }
    }
  });
}

/** The average, for what goes from 0 to 100. */
export function meanSpec(
  series: MetricsSeries,
  palette: Palette,
  trans: TranslationBundle
): Spec {
  const scale = unitOf(series, trans);
  const values = points(series).map(each => ({
    at: each.start * 1000,
    value: each.avg * scale.factor,
    n: each.n
  }));
  const { x, y, tooltip } = axes(series, scale.unit, trans);
  return plot(palette, values, {
    mark: { type: 'line', point: { size: 40 }, strokeWidth: 2, color: palette.first },
    encoding: { x, y: { ...y, scale: { domain: [0, 100] } }, tooltip }
  });
}

/** How many answers there were. */
export function countSpec(
  series: MetricsSeries,
  palette: Palette,
  trans: TranslationBundle
): Spec {
  const size = BUCKET_S[series.bucket] * 1000;
  const values = points(series).map(each => ({
    at: each.start * 1000,
    end: each.start * 1000 + size,
    value: each.n,
    n: each.n
  }));
  const { x, y, tooltip } = axes(series, perBucket(series.bucket, trans), trans);
  return plot(palette, values, {
    mark: { type: 'rect', color: palette.first, opacity: 0.85 },
    encoding: {
      x,
      x2: { field: 'end' },
      y: { ...y, axis: { tickMinStep: 1, format: 'd' } },
      y2: { datum: 0 },
      tooltip: [tooltip[0], tooltip[1]]
    }
  });
}

export function points(series: MetricsSeries): readonly SeriesPoint[] {
  return series.lines[0]?.points ?? [];
}

type Unit = { unit: string; factor: number };

/** In which the axis is marked. */
export function unitOf(series: MetricsSeries, trans: TranslationBundle): Unit {
  switch (series.figure) {
    case 'quality':
      return { unit: trans.__('of 100'), factor: 1 };
    case 'llm_first_share':
    case 'cached_share':
      return { unit: trans.__('%'), factor: 100 };
    case 'tokens_per_s':
      return { unit: trans.__('tokens/s'), factor: 1 };
    default: {
      const isLong = points(series).some(each => each.p95 >= 1000);
      return isLong
        ? { unit: trans.__('seconds'), factor: 0.001 }
        : { unit: trans.__('milliseconds'), factor: 1 };
    }
  }
}

type Axes = { x: PartialJSONObject; y: PartialJSONObject; tooltip: PartialJSONObject[] };

function axes(series: MetricsSeries, unit: string, trans: TranslationBundle): Axes {
  const size = BUCKET_S[series.bucket];
  const shown = points(series).map(each => each.start);
  // Whole buckets: an answer of this minute is not at the edge.
  const from = Math.min(series.since, ...shown) * 1000;
  const to = Math.max(series.until, ...shown.map(each => each + size)) * 1000;
  const time = { field: 'at', type: 'temporal' };
  const format = series.bucket === 'day' ? '%Y-%m-%d' : '%Y-%m-%d %H:%M';
  return {
    x: {
      ...time,
      title: null,
      scale: { domain: [from, to] },
      axis: { labelOverlap: true, tickCount: 5 }
    },
    y: { field: 'value', type: 'quantitative', title: unit, scale: { zero: true } },
    tooltip: [
      { ...time, title: trans.__('From'), format },
      { field: 'value', type: 'quantitative', title: unit, format: ',.3~f' },
      { field: 'n', type: 'quantitative', title: trans.__('Answers') }
    ]
  };
}

function plot(palette: Palette, values: PartialJSONValue, drawn: PartialJSONObject): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    background: 'transparent',
    height: HEIGHT,
    autosize: { type: 'fit', contains: 'padding' },
    data: { values },
    ...drawn,
    config: config(palette)
  };
}

function config({ text, grid }: Palette): PartialJSONObject {
  const label = { fill: text, fontSize: 11 };
  return {
    font: 'sans-serif',
    view: { stroke: null },
    axis: { domainColor: grid, gridColor: grid, tickColor: grid, labelColor: text, titleColor: text },
    legend: { labelColor: text, titleColor: text },
    style: { 'guide-label': label, 'guide-title': { ...label, fontWeight: 'normal' } }
  };
}

/** What is drawn, and how it is called. */
export function specOf(
  series: MetricsSeries,
  palette: Palette,
  trans: TranslationBundle
): Spec {
  switch (series.figure) {
    case 'total_ms':
      return countSpec(series, palette, trans);
    case 'first_token_ms':
    case 'token_ms':
      return quantileSpec(series, palette, trans);
    default:
      return meanSpec(series, palette, trans);
  }
}

export function titleOf(series: MetricsSeries, trans: TranslationBundle): string {
  return series.figure === 'total_ms'
    ? perBucket(series.bucket, trans)
    : figureName(series.figure, trans);
}
