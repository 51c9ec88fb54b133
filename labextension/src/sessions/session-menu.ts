/** What can be done with a conversation of the list. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon, downloadIcon, editIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { Menu } from '@lumino/widgets';

import type { ExportFormat } from '../api';
import type { Session } from '../protocol';
import type { Sessions } from './sessions';

export class SessionMenu {
  constructor(
    private readonly sessions: Sessions,
    private readonly trans: TranslationBundle
  ) {
    const commands = new CommandRegistry();
    this.menu = new Menu({ commands });
    this.addChanges(commands);
    this.addExports(commands);
  }

  /** Its title is to be changed where it stands. */
  readonly renames = new Signal<this, Session>(this);

  open(session: Session, x: number, y: number): void {
    this.session = session;
    this.menu.open(x, y);
  }

  dispose(): void {
    this.menu.dispose();
    Signal.clearData(this);
  }

  private addChanges(commands: CommandRegistry): void {
    const { trans } = this;
    commands.addCommand('rename', {
      label: trans.__('Rename'),
      icon: editIcon,
      execute: () => this.renames.emit(this.session)
    });
    commands.addCommand('delete', {
      label: trans.__('Delete'),
      icon: deleteIcon,
      execute: () => this.sessions.deletion.delete(this.session)
    });
    commands.addKeyBinding({ command: 'rename', keys: ['F2'], selector: 'body' });
    commands.addKeyBinding({ command: 'delete', keys: ['Delete'], selector: 'body' });
    this.menu.addItem({ command: 'rename' });
    this.menu.addItem({ command: 'delete' });
    this.menu.addItem({ type: 'separator' });
  }

  private addExports(commands: CommandRegistry): void {
    const { trans } = this;
    const labels: [ExportFormat, string][] = [
      ['markdown', trans.__('Export as Markdown')],
      ['notebook', trans.__('Export as notebook')],
      ['json', trans.__('Export as JSON, with all versions')]
    ];
    for (const [format, label] of labels) {
      const execute = (): void => void this.sessions.export(this.session.id, format);
      commands.addCommand(format, { label, icon: downloadIcon, execute });
      this.menu.addItem({ command: format });
    }
  }

  private readonly menu: Menu;
  private session!: Session;
}
