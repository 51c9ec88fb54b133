import { DRAWN } from '../reading';
import { COLUMNS, csv, json } from '../saving';
import { NOON, snapshot } from './samples';

test('a table has a line for each point that is drawn', () => {
  const lines = csv(snapshot()).trimEnd().split('\r\n');
  expect(lines[0]).toBe(COLUMNS.join(','));
  expect(lines).toHaveLength(1 + 2 * DRAWN.length);
  const start = new Date(NOON * 1000).toISOString();
  expect(lines[1]).toBe(`first_token_ms,${start},2,0.5,0.5,1`);
});

test('JSON has the figures as the server gave them', () => {
  const given = snapshot();
  const saved = JSON.parse(json(given));
  expect(saved.summary).toEqual(given.summary);
  expect(saved.series).toEqual(given.series);
  // Titles of conversations and paths are no figures.
  expect(Object.keys(saved)).toEqual([
    'at', 'filters', 'summary', 'usage', 'by_model', 'series'
  ]);
});
