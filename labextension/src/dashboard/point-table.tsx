import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { MetricsSeries } from '../protocol';
import { count } from '../quantities';
import { quantity, when } from './names';
import { points } from './spec';

type Props = { series: MetricsSeries; title: string; trans: TranslationBundle };

/** What a plot shows, to be read; the latest first. */
export function PointTable({ series, title, trans }: Props): JSX.Element {
  const { figure, bucket } = series;
  return (
    <div className="jp-llmchat-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('From')}</th>
            <th scope="col">{trans.__('Answers')}</th>
            <th scope="col">{trans.__('Average')}</th>
            <th scope="col">{trans.__('Median')}</th>
            <th scope="col">{trans.__('95 % are below')}</th>
          </tr>
        </thead>
        <tbody>
          {[...points(series)].reverse().map(each => (
            <tr key={each.start}>
              <th scope="row">{when(each.start, bucket)}</th>
              <td>{count(each.n)}</td>
              <td>{quantity(figure, each.avg, trans)}</td>
              <td>{quantity(figure, each.p50, trans)}</td>
              <td>{quantity(figure, each.p95, trans)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
