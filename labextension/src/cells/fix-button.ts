/** A button under each error among a cell's outputs. */

import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { fixIcon } from './icons';

/** What an output has beside its traceback only if it is an error. */
const ERROR = 'application/vnd.jupyter.error';
const TRACEBACK = 'application/vnd.jupyter.stderr';
/** Before that of the traceback alone. */
const RANK = 10;

export type FixButtonOptions = {
  trans: TranslationBundle;
  /** `node` is the button's. */
  fix(node: HTMLElement): void;
};

/** In notebooks that are opened from now on. */
export function addFixButton(rendermime: IRenderMimeRegistry, options: FixButtonOptions): void {
  const plain = rendermime.getFactory(TRACEBACK);
  if (plain !== undefined) {
    const createRenderer = (rendering: IRenderMime.IRendererOptions): ErrorWithButton =>
      new ErrorWithButton(plain.createRenderer({ ...rendering, mimeType: TRACEBACK }), options);
    rendermime.addFactory({ safe: true, mimeTypes: [ERROR], createRenderer }, RANK);
  }
}

/** The traceback as Jupyter renders it, and the button below. */
class ErrorWithButton extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly error: IRenderMime.IRenderer,
    options: FixButtonOptions
  ) {
    super();
    this.node.append(this.error.node, button(options));
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.error.dispose();
      super.dispose();
    }
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    return this.error.renderModel(model);
  }
}

function button({ trans, fix }: FixButtonOptions): HTMLElement {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = 'jp-llmchat-button jp-llmchat-fix';
  node.title = trans.__('Fix: ask the assistant for a change, to accept or refuse');
  // Enter and Space are for the button, not for the notebook.
  node.setAttribute('data-lm-suppress-shortcuts', 'true');
  node.append(fixIcon.element({ tag: 'span', className: 'jp-llmchat-icon' }), trans.__('Fix'));
  node.addEventListener('click', () => fix(node));
  return node;
}
