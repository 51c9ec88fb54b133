/** Which proposals there are; each is shown under its cell, wherever that goes. */

import { Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PanelLayout } from '@lumino/widgets';

import { Proposal } from './proposal';
import type { Applied, ProposalOptions } from './proposal';
import { ProposalView } from './proposal-view';
import { title } from './words';

/** Under a cell's input, above its outputs. */
const PLACE = '.jp-Cell-inputWrapper';

export type ProposalsOptions = {
  trans: TranslationBundle;
  /** Says something to who does not see the page. */
  announce(text: string): void;
  /** Whether nobody types anywhere, so that the focus may be taken. */
  mayFocus(): boolean;
};

export class Proposals {
  constructor(private readonly options: ProposalsOptions) {}

  /** A proposal takes the place of an earlier one for the same cell. */
  begin(options: ProposalOptions): void {
    const { panel, cellId } = options;
    this.all.find(each => each.panel === panel && each.cellId === cellId)?.refuse();
    this.watch(panel);
    const proposal = new Proposal(options);
    this.all.push(proposal);
    proposal.changed.connect(this.onChange, this);
    proposal.closed.connect(this.onClose, this);
    this.attach(proposal);
  }

  /** Goes from one to the next; false if there is none. */
  focusNext(): boolean {
    const views = this.all.flatMap(each => this.views.get(each) ?? []);
    const current = views.findIndex(each => each.node.contains(document.activeElement));
    const next = views[(current + 1) % views.length];
    next?.focus();
    return next !== undefined;
  }

  private watch(panel: NotebookPanel): void {
    if (this.watched.has(panel)) {
      return;
    }
    this.watched.add(panel);
    const model = panel.content.model;
    // The cells' widgets follow their models only after this signal.
    model?.cells.changed.connect(() => requestAnimationFrame(() => this.attachAll(panel)));
    panel.disposed.connect(() => this.leave(panel));
  }

  private attachAll(panel: NotebookPanel): void {
    this.all.filter(each => each.panel === panel).forEach(each => this.attach(each));
  }

  private attach(proposal: Proposal): void {
    const { cell } = proposal;
    const shown = this.views.get(proposal);
    if (cell === null || (shown !== undefined && !shown.isDisposed)) {
      return;
    }
    const view = new ProposalView(proposal, cell, this.options.trans, this.onDecision);
    this.views.set(proposal, view);
    // Cells out of sight have no inside yet.
    void cell.ready.then(() => {
      if (!cell.isDisposed && !view.isDisposed) {
        put(view, cell);
      }
    });
  }

  private leave(panel: NotebookPanel): void {
    // One that is being waited for says in the end that there is no place for it.
    this.all.filter(each => each.panel === panel && each.state.kind !== 'waiting')
      .forEach(each => each.close());
  }

  private onChange(proposal: Proposal): void {
    const { trans, announce, mayFocus } = this.options;
    if (proposal.cell === null) {
      this.tellGone(proposal);
      return;
    }
    if (proposal.state.kind === 'code') {
      announce(trans.__('%1: below the cell, to accept or to refuse.', title(proposal.action, trans)));
      // Whether somebody types is asked when it is shown: a frame is time enough to begin.
      requestAnimationFrame(() => mayFocus() && this.views.get(proposal)?.focus());
    }
  }

  private tellGone(proposal: Proposal): void {
    const { trans } = this.options;
    if (proposal.state.kind === 'code') {
      const text = proposal.panel.isDisposed
        ? trans.__('The notebook was closed before its code was ready. The code is in the panel.')
        : trans.__('The cell was deleted before its code was ready. The code is in the panel.');
      Notification.info(text, { autoClose: 8000 });
    }
    proposal.close();
  }

  private onClose(proposal: Proposal): void {
    this.all.splice(this.all.indexOf(proposal), 1);
    this.views.get(proposal)?.dispose();
    this.views.delete(proposal);
  }

  private readonly onDecision = (proposal: Proposal, applied: Applied | null): void => {
    const { panel, cell } = proposal;
    if (cell === null || panel.isDisposed) {
      return;
    }
    const { content } = panel;
    if (!proposal.isBeside || applied === null) {
      content.activeCellIndex = content.widgets.indexOf(cell);
    }
    // After a change the next key is meant for the cell: Ctrl+Z takes it back.
    content.mode = applied === 'done' && !proposal.isBeside ? 'edit' : 'command';
    content.activate();
  };

  private readonly all: Proposal[] = [];
  private readonly views = new Map<Proposal, ProposalView>();
  private readonly watched = new WeakSet<NotebookPanel>();
}

function put(view: ProposalView, cell: Cell): void {
  const layout = cell.layout as PanelLayout;
  const input = layout.widgets.findIndex(each => each.node.matches(PLACE));
  layout.insertWidget(input + 1, view);
}
