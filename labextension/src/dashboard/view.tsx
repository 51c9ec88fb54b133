/** The dashboard: figures in cards, over time, and the state of what makes them. */

import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';

import type { IChatService } from '../tokens';
import { Beginning } from './beginning';
import { cards } from './cards';
import type { CardContent } from './cards';
import { FilterBar } from './filter-bar';
import type { LiveFigures } from './live';
import { Machinery } from './machinery';
import { ModelTable } from './model-table';
import { Plot } from './plot';
import { DRAWN } from './reading';
import type { Snapshot } from './reading';
import { save } from './saving';
import type { Palette } from './spec';
import { Unread } from './unread';

export type ViewOptions = {
  service: IChatService;
  live: LiveFigures;
  rendermime: IRenderMimeRegistry;
  trans: TranslationBundle;
  /** Opens the panel to ask something; null where there is none. */
  ask: (() => void) | null;
};

type Props = ViewOptions & { palette: Palette };

export function View(props: Props): JSX.Element {
  const { service, live, trans } = props;
  useChanges(live);
  const [asTable, showTable] = useState(false);
  const { snapshot, problem, filters } = live;
  return (
    <div className="jp-llmchat-dashboard-page">
      <h1>{trans.__('How the assistant is doing')}</h1>
      <FilterBar
        filters={filters}
        snapshot={snapshot}
        currentSession={service.currentSession}
        asTable={asTable}
        choose={change => live.choose(change)}
        refresh={() => void live.refresh()}
        showTable={showTable}
        save={kind => snapshot !== null && save(snapshot, kind)}
        trans={trans}
      />
      {problem !== null && <Unread live={live} trans={trans} />}
      {snapshot === null && problem === null && (
        <p className="jp-llmchat-quiet">{trans.__('Reading the figures…')}</p>
      )}
      {snapshot !== null && <Figures {...props} snapshot={snapshot} asTable={asTable} />}
    </div>
  );
}

type FiguresProps = Props & { snapshot: Snapshot; asTable: boolean };

function Figures(props: FiguresProps): JSX.Element {
  const { snapshot, live, asTable, trans } = props;
  const isEmpty = snapshot.summary.counts.answers === 0;
  return (
    <div aria-busy={live.isBehind} className={live.isBehind ? 'jp-mod-behind' : ''}>
      <p className="jp-llmchat-quiet">
        {trans.__('As of %1.', new Date(snapshot.at * 1000).toLocaleTimeString())}
      </p>
      {isEmpty ? (
        <Beginning {...props} />
      ) : (
        <>
          <section className="jp-llmchat-cards" aria-label={trans.__('In figures')}>
            {cards(snapshot.summary, trans).map(each => (
              <Card key={each.name} {...each} />
            ))}
          </section>
          {snapshot.byModel.length > 1 && (
            <ModelTable models={snapshot.byModel} choose={change => live.choose(change)} trans={trans} />
          )}
          <section className="jp-llmchat-plots" aria-label={trans.__('Over time')}>
            {DRAWN.map(each => (
              <Plot
                key={each}
                series={snapshot.series[each]}
                rendermime={props.rendermime}
                palette={props.palette}
                asTable={asTable}
                trans={trans}
              />
            ))}
          </section>
        </>
      )}
      <Machinery snapshot={snapshot} trans={trans} />
    </div>
  );
}

function Card({ name, hint, value, kind, parts }: CardContent): JSX.Element {
  return (
    <div className="jp-llmchat-card" role="group" aria-label={name} title={hint}>
      <h2>{name}</h2>
      <div className="jp-llmchat-card-value">
        {value} <small>{kind}</small>
      </div>
      <dl>
        {parts.map(each => (
          <div key={each.name}>
            <dt>{each.name}</dt>
            <dd>{each.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function useChanges(live: LiveFigures): void {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const onChange = (): void => setTurn(turn => turn + 1);
    live.changed.connect(onChange);
    onChange();
    return () => {
      live.changed.disconnect(onChange);
    };
  }, [live]);
}
