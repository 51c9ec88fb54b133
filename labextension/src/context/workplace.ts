/** What a person works on: the notebook, its cell, its kernel, and the selected text. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import { dataOf, nameOf } from '../cell-data';
import type { CellData } from '../cell-data';
import { selectedText } from './editors';
import type { Editor } from './editors';

export type Selection = { name: string; text: string };

export class Workplace implements IDisposable {
  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly notebooks: INotebookTracker | null
  ) {
    notebooks?.currentChanged.connect(this.onNotebook, this);
    notebooks?.widgetAdded.connect(this.onAdded, this);
    notebooks?.activeCellChanged.connect(this.onChange, this);
    document.addEventListener('selectionchange', this.onSelection);
    shell.currentChanged?.connect(this.onChange, this);
    this.onNotebook();
  }

  /** Something of it is other than before; often, so whoever listens waits a little. */
  readonly changed = new Signal<this, void>(this);
  /** Of what was run in the notebook's kernel, by whomever. */
  runs = 0;
  /** Whether what runs in its kernel was run for a person: what is asked silently is not. */
  isRunning = false;

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    document.removeEventListener('selectionchange', this.onSelection);
    Signal.clearData(this);
  }

  /** The notebook that was used last; null if none is open. */
  get notebook(): NotebookPanel | null {
    const { notebooks, shell } = this;
    const front = shell.currentWidget;
    // One that was in front when the page was left may be so before the tracker knows.
    const shown = front !== null && notebooks?.has(front) ? (front as NotebookPanel) : null;
    const panel = notebooks?.currentWidget ?? shown;
    return panel === null || panel.isDisposed || panel.content.model === null ? null : panel;
  }

  get fileName(): string {
    return this.notebook?.context.path.split('/').pop() ?? '';
  }

  get activeCell(): Cell | null {
    return this.notebook?.content.activeCell ?? null;
  }

  get activePlace(): number {
    return this.notebook?.content.activeCellIndex ?? -1;
  }

  get cells(): CellData[] {
    const model = this.notebook?.content.model;
    return model ? Array.from(model.cells, (cell, index) => dataOf(cell, index + 1)) : [];
  }

  get sessionContext(): ISessionContext | null {
    return this.notebook?.sessionContext ?? null;
  }

  get kernel(): Kernel.IKernelConnection | null {
    return this.sessionContext?.session?.kernel ?? null;
  }

  /** Of a notebook or of a text file, whichever is in front. */
  get selection(): Selection | null {
    const widget = this.shell.currentWidget;
    const panel = this.notebook;
    if (panel !== null && widget === panel) {
      return this.selectionInCell(panel);
    }
    const content = (widget as WithEditor | null)?.content?.editor;
    const text = content ? selectedText(content) : '';
    return text === '' ? null : { name: (widget as WithEditor).context?.path ?? '', text };
  }

  private selectionInCell(panel: NotebookPanel): Selection | null {
    const { activeCell, activeCellIndex } = panel.content;
    const text = activeCell?.editor ? selectedText(activeCell.editor) : '';
    if (activeCell === null || text === '') {
      return null;
    }
    const cell = dataOf(activeCell.model, activeCellIndex + 1);
    return { name: cell.count === null ? '' : `in ${nameOf(cell)}`, text };
  }

  /** Its cells come later than itself. */
  private onAdded(_: INotebookTracker, panel: NotebookPanel): void {
    void panel.context.ready.then(() => this.onNotebook());
  }

  private onNotebook(): void {
    const panel = this.notebook;
    if (this.listened !== panel) {
      this.listened = panel;
      panel?.content.modelContentChanged.connect(this.onChange, this);
      panel?.sessionContext.statusChanged.connect(this.onStatus, this);
      panel?.sessionContext.kernelChanged.connect(this.onRun, this);
      panel?.sessionContext.iopubMessage.connect(this.onMessage, this);
      panel?.disposed.connect(this.onNotebook, this);
      this.runs += 1;
      this.isRunning = false;
    }
    this.onChange();
  }

  /** Also of what other windows and consoles run in the same kernel. */
  private onMessage(context: ISessionContext, message: KernelMessage.IMessage): void {
    if (message.header.msg_type === 'execute_input') {
      this.isRunning ||= context === this.sessionContext;
      this.onRun();
    }
  }

  private onStatus(context: ISessionContext, status: Kernel.Status): void {
    this.isRunning &&= status === 'busy' || context !== this.sessionContext;
    this.onChange();
  }

  private onRun(): void {
    this.runs += 1;
    this.onChange();
  }

  private onChange(): void {
    if (!this.disposed) {
      this.changed.emit();
    }
  }

  private readonly onSelection = (): void => this.onChange();

  private listened: NotebookPanel | null = null;
  private disposed = false;
}

type WithEditor = Widget & { content?: { editor?: Editor }; context?: { path?: string } };
