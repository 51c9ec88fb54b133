/** One quiet line on how the assistant is; more of it when that is wanted or needed. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';

import type { Api } from '../api';
import { Button } from '../button';
import { Problem } from '../problem';
import type { Remedy } from '../problem';
import type { ModelStatus, Status } from '../protocol';
import type { IChatService } from '../tokens';
import { Details } from './details';
import { isLoading } from './outlook';
import type { Outlook } from './outlook';
import { ModelFailed, Obstructed } from './trouble';
import { StatusWatch } from './watch';
import { queueLabel, stateLabel } from './words';

export type CardOptions = {
  service: IChatService;
  trans: TranslationBundle;
  /** Below the details. */
  remedies: () => readonly Remedy[];
};

export class StatusCard extends ReactWidget {
  constructor(private readonly options: CardOptions) {
    super();
    this.addClass('jp-llmchat-status');
    const { api, connection } = options.service;
    this.watch = new StatusWatch(api, () => this.isVisible);
    connection.stateChanged.connect(this.look, this);
  }

  readonly watch: StatusWatch;

  dispose(): void {
    if (!this.isDisposed) {
      this.options.service.connection.stateChanged.disconnect(this.look, this);
      this.watch.dispose();
      super.dispose();
    }
  }

  protected onAfterShow(): void {
    this.look();
  }

  protected render(): JSX.Element {
    return <Card {...this.options} watch={this.watch} />;
  }

  /** A connection that is lost or found again says that something has changed. */
  private look(): void {
    void this.watch.refresh();
  }
}

type Props = CardOptions & { watch: StatusWatch };

export function Card(props: Props): JSX.Element | null {
  const { watch, service, trans } = props;
  const outlook = useOutlook(watch);
  if (outlook.kind === 'unknown' || isSaidBelow(outlook, service)) {
    return null;
  }
  if (outlook.kind === 'known') {
    return <Known {...props} status={outlook.status} />;
  }
  return <Obstructed outlook={outlook} again={() => watch.refresh()} trans={trans} />;
}

/** The line of the connection, below the conversation, says the same. */
function isSaidBelow(outlook: Outlook, service: IChatService): boolean {
  const { kind } = service.connection.state;
  return (
    (outlook.kind === 'unreachable' && kind === 'waiting') ||
    (outlook.kind === 'outdated' && kind === 'outdated')
  );
}

function Known(props: Props & { status: Status }): JSX.Element {
  const { status, service, watch, trans, remedies } = props;
  const [isOpen, setOpen] = useState(false);
  const failed = models(status).filter(each => each.state === 'failed');
  return (
    <>
      <details onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>
          <Line status={status} trans={trans} />
        </summary>
        {isOpen && <Details status={status} api={service.api} watch={watch} trans={trans} />}
        {isOpen && <Further remedies={remedies()} />}
      </details>
      {failed.map(each => (
        <ModelFailed
          key={each.name}
          detail={each.detail}
          load={() => loadFailed(service.api, watch)}
          trans={trans}
        />
      ))}
      {status.store.kind === 'memory' && <Forgetful detail={status.store.detail} trans={trans} />}
    </>
  );
}

function Further({ remedies }: { remedies: readonly Remedy[] }): JSX.Element {
  return (
    <div className="jp-llmchat-remedies">
      {remedies.map(each => (
        <Button
          key={each.label}
          className="jp-mod-framed"
          label={each.label}
          title={each.title}
          onClick={() => void each.run()}
        />
      ))}
    </div>
  );
}

type LineProps = { status: Status; trans: TranslationBundle };

function Line({ status, trans }: LineProps): JSX.Element {
  const { model } = status;
  const label = stateLabel(model.state, trans);
  const doing = queueLabel(status, trans);
  return (
    <span className="jp-llmchat-status-line">
      <span className={`jp-llmchat-lamp jp-mod-${model.state}`} aria-hidden="true" />
      <span className="jp-llmchat-status-name">{model.name}</span>
      <span className="jp-llmchat-quiet">{doing === '' ? label : doing}</span>
      {isLoading(model) && <Loading model={model} trans={trans} />}
    </span>
  );
}

/** How far it is nobody knows; that it goes on, and for how long, can be seen. */
function Loading({ model, trans }: { model: ModelStatus; trans: TranslationBundle }): JSX.Element {
  const begun = useRef(Date.now());
  const [now, setNow] = useState(begun.current);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const passed = Math.round((now - begun.current) / 1000);
  return (
    <>
      <progress aria-label={model.detail || trans.__('The model is being loaded.')} />
      <span className="jp-llmchat-time" aria-hidden="true">
        {trans.__('%1 s', passed)}
      </span>
    </>
  );
}

/** At its start every server keeps nothing for a moment. */
const OPENED_MS = 8000;

type ForgetfulProps = { detail: string; trans: TranslationBundle };

function Forgetful({ detail, trans }: ForgetfulProps): JSX.Element | null {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setOver(true), OPENED_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!isOver) {
    return null;
  }
  return (
    <Problem
      isMild
      message={trans.__('Conversations are not kept when the server ends.')}
      hint={detail}
    />
  );
}

function models(status: Status): ModelStatus[] {
  return status.tiers.length > 0 ? status.tiers.map(each => each.model) : [status.model];
}

async function loadFailed(api: Api, watch: StatusWatch): Promise<void> {
  try {
    const { models: all } = await api.models();
    const failed = all.filter(each => each.state === 'failed');
    await Promise.all(failed.map(each => api.send('POST', `models/${each.tier}/load`)));
  } catch (error) {
    // The status says what is wrong; it is looked at next.
    console.warn('The model could not be loaded again.', error);
  }
  await watch.refresh();
}

function useOutlook(watch: StatusWatch): Outlook {
  const [outlook, setOutlook] = useState(watch.outlook);
  useEffect(() => {
    const look = (): void => setOutlook(watch.outlook);
    watch.looked.connect(look);
    look();
    return () => {
      watch.looked.disconnect(look);
    };
  }, [watch]);
  return outlook;
}
