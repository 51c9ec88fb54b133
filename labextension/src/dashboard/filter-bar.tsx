/** What is looked at, and what can be done with it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Button } from '../button';
import { PERIODS } from './filters';
import type { Filters } from './filters';
import { periodName } from './names';
import type { Snapshot } from './reading';

type Props = {
  filters: Filters;
  snapshot: Snapshot | null;
  /** Of the panel. */
  currentSession: string | null;
  asTable: boolean;
  choose: (change: Partial<Filters>) => void;
  refresh: () => void;
  showTable: (asTable: boolean) => void;
  save: (kind: 'csv' | 'json') => void;
  trans: TranslationBundle;
};

export function FilterBar(props: Props): JSX.Element {
  const { filters, choose, asTable, showTable, trans } = props;
  return (
    <div className="jp-llmchat-filters" role="group" aria-label={trans.__('What is shown')}>
      <Choice
        label={trans.__('Period')}
        value={filters.period}
        options={PERIODS.map(each => ({ value: each, text: periodName(each, trans) }))}
        onChange={value => choose({ period: PERIODS.find(each => each === value) })}
      />
      <Choice
        label={trans.__('Model')}
        value={filters.model ?? ''}
        options={models(props)}
        onChange={value => choose({ model: value || null })}
      />
      <Choice
        label={trans.__('Conversation')}
        value={filters.session ?? ''}
        options={sessions(props)}
        onChange={value => choose({ session: value || null })}
      />
      <Tick
        label={trans.__('Count answers given again')}
        isOn={filters.replays}
        onChange={replays => choose({ replays })}
      />
      <Tick label={trans.__('Tables instead of plots')} isOn={asTable} onChange={showTable} />
      <Buttons {...props} />
    </div>
  );
}

function Buttons({ snapshot, refresh, save, trans }: Props): JSX.Element {
  return (
    <span className="jp-llmchat-filter-buttons">
      <Button
        className="jp-mod-framed"
        label={trans.__('Refresh')}
        title={trans.__('Read the figures again now')}
        onClick={refresh}
      />
      <Button
        className="jp-mod-framed"
        label={trans.__('CSV')}
        title={trans.__('Save what is drawn, as a table (CSV)')}
        disabled={snapshot === null}
        onClick={() => save('csv')}
      />
      <Button
        className="jp-mod-framed"
        label={trans.__('JSON')}
        title={trans.__('Save all figures, as JSON')}
        disabled={snapshot === null}
        onClick={() => save('json')}
      />
    </span>
  );
}

type Option = { value: string; text: string };

function models({ filters, snapshot, trans }: Props): Option[] {
  const used = snapshot?.usage.models.map(each => each.model) ?? [];
  const names = new Set(filters.model === null ? used : [...used, filters.model]);
  return [
    { value: '', text: trans.__('All models') },
    ...[...names].map(each => ({ value: each, text: each }))
  ];
}

function sessions({ filters, snapshot, currentSession, trans }: Props): Option[] {
  const titles = new Map(snapshot?.sessions.map(each => [each.id, each.title]));
  // Those used last are listed; the one in the panel and the chosen one may be older.
  for (const id of [currentSession, filters.session]) {
    if (id !== null && !titles.has(id)) {
      titles.set(id, '');
    }
  }
  const text = (id: string, title: string): string => {
    const name = title || trans.__('Untitled');
    return id === currentSession ? trans.__('%1 (in the panel)', name) : name;
  };
  return [
    { value: '', text: trans.__('All conversations') },
    ...[...titles].map(([id, title]) => ({ value: id, text: text(id, title) }))
  ];
}

type ChoiceProps = {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
};

function Choice({ label, value, options, onChange }: ChoiceProps): JSX.Element {
  return (
    <label className="jp-llmchat-choice">
      <span aria-hidden="true">{label}</span>
      <select aria-label={label} value={value} onChange={event => onChange(event.target.value)}>
        {options.map(each => (
          <option key={each.value} value={each.value}>
            {each.text}
          </option>
        ))}
      </select>
    </label>
  );
}

type TickProps = { label: string; isOn: boolean; onChange: (isOn: boolean) => void };

function Tick({ label, isOn, onChange }: TickProps): JSX.Element {
  return (
    <label className="jp-llmchat-tick">
      <input
        type="checkbox"
        checked={isOn}
        onChange={event => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
