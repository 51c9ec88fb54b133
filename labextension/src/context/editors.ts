/** Text that is selected in an editor of JupyterLab, whichever widget it is in. */

type Position = { line: number; column: number };

/** As much of an editor as is looked at. */
export type Editor = {
  getSelection(): { start: Position; end: Position };
  getOffsetAt(position: Position): number;
  model: { sharedModel: { getSource(): string } };
};

/** '' if nothing is selected. */
export function selectedText(editor: Editor): string {
  const { start, end } = editor.getSelection();
  const places = [editor.getOffsetAt(start), editor.getOffsetAt(end)].sort((a, b) => a - b);
  return editor.model.sharedModel.getSource().slice(...places);
}
