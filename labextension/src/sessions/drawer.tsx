/** The list of conversations, in front of the one that is shown. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import React from 'react';

import type { Sessions } from './sessions';
import { SessionMenu } from './session-menu';
import { SessionsView } from './view';

export class Drawer extends ReactWidget {
  constructor(
    private readonly sessions: Sessions,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-llmchat-sessions');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Conversations'));
    this.menu = new SessionMenu(sessions, trans);
    sessions.opened.connect((_, isOpen) => this.reflect(isOpen));
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.menu.dispose();
      super.dispose();
    }
  }

  protected render(): JSX.Element {
    return <SessionsView sessions={this.sessions} menu={this.menu} trans={this.trans} />;
  }

  /** Also where the panel hides what is in front of it, not where it is hidden itself. */
  protected onAfterHide(message: Message): void {
    super.onAfterHide(message);
    if (this.isHidden) {
      this.sessions.isOpen = false;
    }
  }

  private reflect(isOpen: boolean): void {
    this.setHidden(!isOpen);
    if (isOpen) {
      this.node.querySelector('input')?.focus();
    }
  }

  private readonly menu: SessionMenu;
}
