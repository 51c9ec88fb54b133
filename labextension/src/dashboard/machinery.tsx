/** The queue, the models and what they run with. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Usage } from '../protocol';
import { count, memory } from '../quantities';
import { ModelRows, Settings } from '../status/details';
import { Row, Rows } from '../status/rows';
import { when } from './names';
import type { Snapshot } from './reading';

type Props = { snapshot: Snapshot; trans: TranslationBundle };

export function Machinery({ snapshot, trans }: Props): JSX.Element {
  const { status, models, settings, usage } = snapshot;
  const running = status.turns_active - status.turns_waiting;
  return (
    <section className="jp-llmchat-machinery" aria-label={trans.__('Model and queue')}>
      <div className="jp-llmchat-card">
        <h2>{trans.__('Queue')}</h2>
        <Rows>
          <Row name={trans.__('Being written')}>{count(running)}</Row>
          <Row name={trans.__('Waiting')}>{count(status.turns_waiting)}</Row>
          <Row name={trans.__('Memory for models')}>{memory(models.memory_budget_bytes, trans)}</Row>
        </Rows>
      </div>
      {models.models.map(each => (
        <div className="jp-llmchat-card" key={each.tier}>
          <h2>{models.models.length > 1 ? trans.__('Model: %1', each.tier) : trans.__('Model')}</h2>
          <ModelRows model={each} status={status} trans={trans} />
        </div>
      ))}
      <div className="jp-llmchat-card">
        <h2>{trans.__('Your use in all')}</h2>
        <UsageRows usage={usage} trans={trans} />
        <Settings settings={settings.settings} trans={trans} />
      </div>
    </section>
  );
}

function UsageRows({ usage, trans }: { usage: Usage; trans: TranslationBundle }): JSX.Element {
  return (
    <Rows>
      <Row name={trans.__('Conversations')}>{count(usage.sessions)}</Row>
      <Row name={trans.__('Messages')}>{count(usage.messages)}</Row>
      <Row name={trans.__('Days of use')}>{count(usage.active_days)}</Row>
      <Row name={trans.__('Mostly answered')}>{usage.favourite_strategy}</Row>
      <Row name={trans.__('Since')}>
        {usage.first_used !== null && when(usage.first_used, 'day')}
      </Row>
    </Rows>
  );
}
