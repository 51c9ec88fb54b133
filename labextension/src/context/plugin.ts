/** Notebook context, `@names` and `/commands`, as a plugin. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IChatService, ISidebar } from '../tokens';
import { ContextBar } from './bar';
import { slashCommands } from './commands';
import { KernelFacts } from './kernel-facts';
import { Mentioned } from './mentioned';
import { NamesProvider } from './names-provider';
import { Notes } from './notes';
import { ReadAhead } from './read-ahead';
import { remember } from './remembering';
import { SlashProvider } from './slash';
import { workplaceSources } from './sources';
import { ContextView } from './view';
import { Workplace } from './workplace';

export const context: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llmchat:context',
  description: 'What of the notebook goes along with a question, and commands of the input.',
  autoStart: true,
  requires: [IChatService, ISidebar],
  optional: [INotebookTracker, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    service: IChatService,
    sidebar: ISidebar,
    notebooks: INotebookTracker | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter-llmchat');
    const workplace = new Workplace(app.shell, notebooks);
    const facts = new KernelFacts(workplace, trans);
    const { contents } = app.serviceManager;
    const around = { workplace, facts, contents, trans };
    const notes = new Notes();
    for (const source of [...workplaceSources(around), new Mentioned(around)]) {
      service.context.add(source);
    }
    if (state !== null) {
      void remember(service.context, state);
    }
    sidebar.chatCommands.addProvider(new NamesProvider(around));
    const { commands } = app;
    const known = slashCommands({ service, workplace, commands, notes, trans });
    const isMain = (input: object): boolean => input === sidebar.input;
    sidebar.chatCommands.addProvider(new SlashProvider(known, notes, isMain, trans));
    sidebar.add('input', bar(service, sidebar, workplace, notes, trans));
  }
};

function bar(
  service: IChatService,
  sidebar: ISidebar,
  workplace: Workplace,
  notes: Notes,
  trans: ReturnType<ITranslator['load']>
): ContextBar {
  const view = new ContextView({
    api: service.api,
    context: service.context,
    workplace,
    question: () => sidebar.input.value,
    isVisible: () => sidebar.panel.isVisible
  });
  const { node } = sidebar.panel;
  const ahead = new ReadAhead({
    api: service.api,
    parts: () => view.collected.parts,
    session: () => service.currentSession,
    isAsking: () => node.contains(document.activeElement)
  });
  view.changed.connect(() => void ahead.look());
  // What is typed may name something.
  node.addEventListener('input', () => view.isOpen && view.request());
  node.addEventListener('focusin', () => view.request());
  return new ContextBar({ view, notes, trans });
}
