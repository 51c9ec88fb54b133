/** Models side by side, in the figures that one would choose between them by. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Button } from '../button';
import { count } from '../quantities';
import type { Filters } from './filters';
import { figureHint, figureName, quantity } from './names';
import type { ModelSummary, SeriesName } from './reading';

type Compared = Exclude<SeriesName, 'cached_share'>;

/** Medians, but for what goes from 0 to 100. */
const COMPARED: readonly { figure: Compared; by: 'p50' | 'avg' }[] = [
  { figure: 'first_token_ms', by: 'p50' },
  { figure: 'token_ms', by: 'p50' },
  { figure: 'total_ms', by: 'p50' },
  { figure: 'quality', by: 'avg' },
  { figure: 'llm_first_share', by: 'avg' }
];

type Props = {
  models: readonly ModelSummary[];
  choose: (change: Partial<Filters>) => void;
  trans: TranslationBundle;
};

export function ModelTable({ models, choose, trans }: Props): JSX.Element {
  const title = trans.__('Models side by side');
  return (
    <section className="jp-llmchat-card jp-llmchat-models" aria-label={title}>
      <h2>{title}</h2>
      <div className="jp-llmchat-table" tabIndex={0} role="region" aria-label={title}>
        <table>
          <Head trans={trans} />
          <tbody>
            {models.map(each => (
              <ModelRow key={each.model} {...each} choose={choose} trans={trans} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Head({ trans }: { trans: TranslationBundle }): JSX.Element {
  const kinds = { p50: trans.__('median'), avg: trans.__('average') };
  return (
    <thead>
      <tr>
        <th scope="col">{trans.__('Model')}</th>
        <th scope="col">{trans.__('Answers')}</th>
        {COMPARED.map(({ figure, by }) => (
          <th key={figure} scope="col" title={figureHint(figure, trans)}>
            {figureName(figure, trans)} <small>{kinds[by]}</small>
          </th>
        ))}
      </tr>
    </thead>
  );
}

type RowProps = ModelSummary & Pick<Props, 'choose' | 'trans'>;

function ModelRow({ model, summary, choose, trans }: RowProps): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <Button
          label={model}
          title={trans.__('Show the figures of %1 alone', model)}
          onClick={() => choose({ model })}
        />
      </th>
      <td>{count(summary.counts.answers)}</td>
      {COMPARED.map(({ figure, by }) => (
        <td key={figure}>{quantity(figure, summary[figure][by], trans)}</td>
      ))}
    </tr>
  );
}
