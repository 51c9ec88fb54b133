/** How fast and how good answers were: a page in the main area. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ToolbarButton } from '@jupyterlab/ui-components';

import { dashboardIcon } from '../icons';
import { IChatService, ISidebar } from '../tokens';
import { Dashboard } from './widget';
import type { DashboardOptions } from './widget';

const OPEN = 'llmchat:open-dashboard';
const ID = 'jupyter-llmchat-dashboard';

export const dashboard: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:dashboard',
  description: 'Figures of all answers, and the state of the models.',
  autoStart: true,
  requires: [IChatService, IRenderMimeRegistry],
  optional: [
    ISidebar, ILabShell, ILayoutRestorer, ICommandPalette, ILauncher, IThemeManager, ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    service: IChatService,
    rendermime: IRenderMimeRegistry,
    sidebar: ISidebar | null,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    themes: IThemeManager | null,
    translator: ITranslator | null
  ): void => {
    const translate = translator ?? nullTranslator;
    const trans = translate.load('jupyter-llmchat');
    const ask = sidebar && (() => sidebar.open());
    const options = { service, rendermime, themes, trans, ask };
    const tracker = new WidgetTracker<MainAreaWidget<Dashboard>>({ namespace: ID });
    app.commands.addCommand(OPEN, {
      label: trans.__('Assistant: Dashboard'),
      caption: trans.__('Show how fast and how good answers were'),
      icon: dashboardIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        let shown = tracker.currentWidget;
        if (shown === null || shown.isDisposed) {
          shown = made(options);
          void tracker.add(shown);
        }
        if (!shown.isAttached) {
          // Elsewhere than in JupyterLab the main area has room for one document only.
          shown.toggleClass('jp-llmchat-down', labShell === null);
          app.shell.add(shown, labShell === null ? 'down' : 'main');
        }
        app.shell.activateById(shown.id);
      }
    });
    palette?.addItem({ command: OPEN, category: trans.__('Assistant') });
    // The launcher's own word for what is neither a notebook nor a console.
    const category = translate.load('jupyterlab').__('Other');
    launcher?.add({ command: OPEN, category, rank: 50 });
    sidebar?.toolbar.addItem('dashboard', button(app, options));
    void restorer?.restore(tracker, { command: OPEN, name: () => 'dashboard' });
  }
};

function made(options: DashboardOptions): MainAreaWidget<Dashboard> {
  const content = new Dashboard(options);
  const widget = new MainAreaWidget({ content });
  // Its own are in the page, where they wrap.
  widget.toolbar.hide();
  widget.id = ID;
  widget.title.label = options.trans.__('Assistant: Dashboard');
  widget.title.icon = dashboardIcon;
  widget.title.closable = true;
  return widget;
}

function button(app: JupyterFrontEnd, { trans }: DashboardOptions): ToolbarButton {
  return new ToolbarButton({
    icon: dashboardIcon,
    tooltip: trans.__('Dashboard'),
    onClick: () => void app.commands.execute(OPEN)
  });
}
