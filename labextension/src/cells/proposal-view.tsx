/** A proposal under its cell: what would change, and two buttons. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { checkIcon, closeIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Button } from '../button';
import { difference } from './difference';
import type { Difference } from './difference';
import { DifferenceView } from './difference-view';
import type { Applied, Proposal } from './proposal';
import { isReadOnly } from './reading';
import { nothing, title, waiting } from './words';

export class ProposalView extends ReactWidget {
  constructor(
    readonly proposal: Proposal,
    /** The one it is shown under; another widget may stand for the same cell later. */
    private readonly cell: Cell,
    private readonly trans: TranslationBundle,
    private readonly decided: (proposal: Proposal, applied: Applied | null) => void
  ) {
    super();
    this.addClass('jp-llmchat-proposal');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', title(proposal.action, trans));
    this.node.tabIndex = -1;
    // The cells' keys are not meant here: Enter would edit, D D delete the cell.
    this.node.setAttribute('data-lm-suppress-shortcuts', 'true');
    this.node.addEventListener('keydown', this.onKey);
    proposal.changed.connect(this.onChange, this);
    cell.model.contentChanged.connect(this.onChange, this);
    cell.model.metadataChanged.connect(this.onChange, this);
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.node.removeEventListener('keydown', this.onKey);
      this.proposal.changed.disconnect(this.onChange, this);
      this.cell.model?.contentChanged.disconnect(this.onChange, this);
      this.cell.model?.metadataChanged.disconnect(this.onChange, this);
      super.dispose();
    }
  }

  focus(): void {
    this.node.scrollIntoView({ block: 'nearest' });
    this.node.focus({ preventScroll: true });
  }

  protected render(): JSX.Element {
    const { proposal, trans } = this;
    const { state } = proposal;
    if (state.kind === 'waiting') {
      return (
        <div className="jp-llmchat-proposal-line">
          <span className="jp-llmchat-busy" aria-hidden="true" />
          <span>{waiting(proposal.action, trans)}</span>
          <span className="jp-llmchat-proposal-buttons">
            {this.refuseButton(trans.__('Stop'), trans.__('Stop the answer'))}
          </span>
        </div>
      );
    }
    if (state.kind !== 'code') {
      return this.said(nothing(state.kind, trans));
    }
    const change = difference(proposal.source, state.code);
    if (change.added + change.removed === 0) {
      return this.said(trans.__('The cell has the proposed code already.'));
    }
    return this.offer(change);
  }

  private offer(change: Difference): JSX.Element {
    const { proposal, trans } = this;
    const why = this.why();
    return (
      <>
        <div className="jp-llmchat-proposal-line">
          <span className="jp-llmchat-label">{title(proposal.action, trans)}</span>
          <span className="jp-llmchat-figures">{counts(change, trans)}</span>
          <span className="jp-llmchat-proposal-buttons">
            <Button
              icon={checkIcon}
              className="jp-llmchat-accept"
              label={trans.__('Accept')}
              title={this.acceptTitle()}
              disabled={this.isLocked()}
              onClick={() => this.decided(proposal, proposal.accept())}
            />
            {this.refuseButton(
              trans.__('Refuse'),
              trans.__('Refuse: leave the cell as it is (Escape)')
            )}
          </span>
        </div>
        {why !== '' && <p className="jp-llmchat-proposal-note">{why}</p>}
        <DifferenceView difference={change} trans={trans} />
      </>
    );
  }

  private said(text: string): JSX.Element {
    const { trans } = this;
    return (
      <div className="jp-llmchat-proposal-line">
        <span>{text}</span>
        <span className="jp-llmchat-proposal-buttons">
          {this.refuseButton(trans.__('Close'), trans.__('Close (Escape)'))}
        </span>
      </div>
    );
  }

  private refuseButton(label: string, title: string): JSX.Element {
    return (
      <Button
        icon={closeIcon}
        className="jp-llmchat-refuse"
        label={label}
        title={title}
        onClick={() => this.refuse()}
      />
    );
  }

  private acceptTitle(): string {
    const { trans } = this;
    return this.proposal.isBeside
      ? trans.__('Accept: add a cell with this code below; nothing is run')
      : trans.__('Accept: change the cell; nothing is run, and it can be undone');
  }

  /** What has to be known beside the change. */
  private why(): string {
    const { proposal, trans } = this;
    if (this.isLocked()) {
      return trans.__(
        'This cell is read-only. Make it editable in the property inspector, or copy the code from the panel.'
      );
    }
    return !proposal.isBeside && proposal.source !== proposal.base
      ? trans.__('The cell has changed since; this is what would change in it as it is now.')
      : '';
  }

  private isLocked(): boolean {
    return !this.proposal.isBeside && isReadOnly(this.cell);
  }

  private refuse(): void {
    this.proposal.refuse();
    this.decided(this.proposal, null);
  }

  private onChange(): void {
    this.update();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.refuse();
    } else if ((event.altKey || event.ctrlKey || event.metaKey) && !this.pass(event)) {
      event.preventDefault();
    }
  };

  /** Shortcuts of JupyterLab work here too, but for those of the cells. */
  private pass(event: KeyboardEvent): boolean {
    const copy = new KeyboardEvent('keydown', event);
    return this.proposal.panel.node.dispatchEvent(copy);
  }
}

function counts({ added, removed }: Difference, trans: TranslationBundle): string {
  return [
    added > 0 ? trans._n('1 line added', '%1 lines added', added) : '',
    removed > 0 ? trans._n('1 line removed', '%1 lines removed', removed) : ''
  ]
    .filter(each => each !== '')
    .join(', ');
}
