/** The model, the database and the settings in force, for who wants to know. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Api } from '../api';
import type { ContextSource, Model, Status, StoreStatus } from '../protocol';
import { count, duration, memory } from '../quantities';
import { Checkup } from './checkup';
import { useFacts } from './facts';
import { Row, Rows } from './rows';
import { queueLabel, stateLabel, warmthLabel } from './words';
import type { StatusWatch } from './watch';

type Props = { status: Status; api: Api; watch: StatusWatch; trans: TranslationBundle };

export function Details({ status, api, watch, trans }: Props): JSX.Element {
  const { models, budgetBytes, sources, settings } = useFacts(api, watch);
  return (
    <div className="jp-llmchat-status-details">
      {models.map(each => (
        <ModelRows key={each.tier} model={each} status={status} trans={trans} />
      ))}
      <Rows>
        {budgetBytes !== null && models.length > 1 && (
          <Row name={trans.__('Memory for models')}>{memory(budgetBytes, trans)}</Row>
        )}
        <Row name={trans.__('Answers')}>{queueLabel(status, trans) || trans.__('none now')}</Row>
        <Row name={trans.__('Conversations')}>{kept(status.store, trans)}</Row>
        {sources.map(each => (
          <Row key={each.name} name={trans.__('Context: %1', each.name)}>
            {sourceLabel(each, trans)}
          </Row>
        ))}
        <Row name={trans.__('Version')}>{status.version}</Row>
      </Rows>
      {settings !== null && <Settings settings={settings} trans={trans} />}
      <Checkup api={api} trans={trans} />
    </div>
  );
}

type ModelProps = { model: Model; status: Status; trans: TranslationBundle };

export function ModelRows({ model, status, trans }: ModelProps): JSX.Element {
  const { process, restarts } = about(model, status);
  return (
    <Rows>
      <Row name={trans.__('Model')}>
        <strong>{model.name}</strong>, {stateLabel(model.state, trans)}
        {model.state === 'ready' && `, ${warmthLabel(model.warmth, trans)}`}
      </Row>
      <Row name={trans.__('Threads in force')}>
        {model.threads !== null && count(model.threads)}
      </Row>
      <Row name={trans.__('Memory')}>
        {model.memory_bytes !== null && memory(model.memory_bytes, trans)}
      </Row>
      <Row name={trans.__('Kept prompts')}>
        {model.cache_mb > 0 && memory(model.cache_mb * 1e6, trans)}
      </Row>
      <Row name={trans.__('Context')}>{contextLabel(model, trans)}</Row>
      <Row name={trans.__('Loaded in')}>{process !== null && duration(process, trans)}</Row>
      <Row name={trans.__('Restarts')}>{restarts > 0 && count(restarts)}</Row>
      <Row name={trans.__('Self-test')}>{model.self_test ?? trans.__('not made yet')}</Row>
    </Rows>
  );
}

/** What only the status says of a model. */
function about(model: Model, status: Status): { process: number | null; restarts: number } {
  const tier = status.tiers.find(each => each.tier === model.tier);
  const found = tier?.model ?? status.model;
  return { process: found.load_ms, restarts: found.restarts };
}

function contextLabel(model: Model, trans: TranslationBundle): string | null {
  return model.context_tokens === null
    ? null
    : trans.__('%1 of %2 tokens in use', count(model.cells_used), count(model.context_tokens));
}

/** The server's words, which name the file as a rule. */
function kept({ path, detail }: StoreStatus, trans: TranslationBundle): string {
  const place = path ?? trans.__('in memory, until the server ends');
  return path !== null && detail.includes(path) ? detail : `${place} ${detail}`.trim();
}

function sourceLabel(source: ContextSource, trans: TranslationBundle): string {
  switch (source.state) {
    case 'empty':
      return trans.__('nothing yet');
    case 'reading':
      return trans.__('%1, being read', count(source.items));
    case 'ready':
      return trans.__('%1, read', count(source.items));
  }
}

type SettingsProps = { settings: Record<string, unknown>; trans: TranslationBundle };

export function Settings({ settings, trans }: SettingsProps): JSX.Element {
  const names = Object.keys(settings).sort();
  return (
    <details className="jp-llmchat-fold">
      <summary>{trans.__('Settings in force')}</summary>
      <Rows>
        {names.map(name => (
          <Row key={name} name={name}>
            <code>{JSON.stringify(settings[name])}</code>
          </Row>
        ))}
      </Rows>
    </details>
  );
}
