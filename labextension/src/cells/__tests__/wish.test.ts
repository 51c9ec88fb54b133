import type { CellText } from '../requests';
import { wishIn } from '../wish';

function said(source: string, type: CellText['type'] = 'code'): string {
  return wishIn({ type, source, name: '', language: 'python', error: null, before: [] });
}

test('comments say what a cell is to become', () => {
  expect(said('# plot a sine\n#\n# in red')).toBe('plot a sine in red');
});

test('a cell with code says nothing of the kind', () => {
  expect(said('# plot\nx = 1')).toBe('');
  expect(said('')).toBe('');
});

test('a text says it as it is, without its headings', () => {
  expect(said('# Plot\n\n- a sine\n## Now', 'markdown')).toBe('Plot - a sine Now');
});
