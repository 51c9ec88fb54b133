/** Something in front of the conversation. */

import { MessageLoop } from '@lumino/messaging';
import type { IMessageHandler, Message } from '@lumino/messaging';
import type { Panel, Widget } from '@lumino/widgets';

/** Keeps a widget below the toolbar, and what is behind it out of reach. */
export class Cover {
  constructor(
    private readonly panel: Panel,
    private readonly toolbar: Widget,
    private readonly widget: Widget
  ) {
    MessageLoop.installMessageHook(widget, this.hook);
    this.resized.observe(toolbar.node);
  }

  hide(): void {
    this.widget.hide();
  }

  dispose(): void {
    this.resized.disconnect();
    MessageLoop.removeMessageHook(this.widget, this.hook);
  }

  /** The panel has other widgets than before. */
  renew(): void {
    this.shut(!this.widget.isHidden);
  }

  private readonly hook = (_: IMessageHandler, message: Message): boolean => {
    if (message.type === 'after-show' || message.type === 'after-hide') {
      this.place();
      this.renew();
    }
    return true;
  };

  private place(): void {
    this.widget.node.style.top = `${this.toolbar.node.offsetHeight}px`;
  }

  /** Of the keyboard and of screen readers; what is announced still is. */
  private shut(isShut: boolean): void {
    for (const each of this.panel.widgets) {
      const isBehind = each !== this.toolbar && each !== this.widget;
      if (isBehind && !each.node.hasAttribute('aria-live')) {
        each.node.toggleAttribute('inert', isShut);
      }
    }
  }

  private readonly resized = new ResizeObserver(() => this.place());
}
