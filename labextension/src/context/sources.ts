/** What of the workplace can go along with a question. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { ContextPart } from '../protocol';
import type { IContextSource } from '../tokens';
import { chosenCell, notebookCells } from './cell-text';
import type { KernelFacts } from './kernel-facts';
import { SELECTION_CHARS, beginning } from '../limits';
import type { Workplace } from './workplace';

type Around = { workplace: Workplace; facts: KernelFacts; trans: TranslationBundle };

/** In the order in which the parts are sent: what changes seldom comes first. */
export function workplaceSources(around: Around): IContextSource[] {
  const { facts, trans } = around;
  return [
    {
      id: 'notebook',
      label: trans.__('Notebook'),
      description: trans.__('The cells of the notebook, the nearest ones of a long one'),
      enabled: true,
      unavailable: () => withoutNotebook(around),
      collect: async () => notebook(around.workplace)
    },
    {
      id: 'variables',
      label: trans.__('Variables'),
      description: trans.__('What the variables of the kernel are: no code of yours runs for it'),
      enabled: true,
      unavailable: () => facts.obstacle,
      collect: (question = '') => facts.facts(question, null)
    },
    {
      id: 'cell',
      label: trans.__('Cell'),
      description: trans.__('The cell that is selected, with its output and error'),
      enabled: true,
      unavailable: () => withoutCell(around),
      collect: async () => cell(around.workplace)
    },
    {
      id: 'selection',
      label: trans.__('Selection'),
      description: trans.__('The text that is selected in a cell or a file'),
      enabled: true,
      unavailable: () =>
        around.workplace.selection === null ? trans.__('No text is selected.') : null,
      collect: async () => selection(around.workplace)
    }
  ];
}

function withoutNotebook({ workplace, trans }: Around): string | null {
  return workplace.notebook === null ? trans.__('No notebook is open.') : null;
}

function withoutCell(around: Around): string | null {
  const { activeCell } = around.workplace;
  const none = activeCell === null ? around.trans.__('No cell is selected.') : null;
  return withoutNotebook(around) ?? none;
}

function notebook(workplace: Workplace): ContextPart[] {
  return notebookCells(workplace.cells, workplace.activePlace);
}

function cell(workplace: Workplace): ContextPart[] {
  const found = workplace.cells[workplace.activePlace];
  return found === undefined ? [] : chosenCell(found);
}

function selection(workplace: Workplace): ContextPart[] {
  const found = workplace.selection;
  if (found === null || found.text.trim() === '') {
    return [];
  }
  return [{ kind: 'selection', name: found.name, text: beginning(found.text, SELECTION_CHARS) }];
}
