import { readFileSync, readdirSync } from 'fs';
import { join } from 'path';

import { apply, fold, textOf } from '../fold';
import type { Notice, TurnEvent, TurnState } from '../protocol';

/** The ones that the Python side is tested on. */
const FOLDER = join(__dirname, '../../../tests/protocol/transcripts');
const NAMES = readdirSync(FOLDER)
  .filter(each => each.endsWith('.jsonl'))
  .map(each => each.replace('.jsonl', ''));

function events(name: string): TurnEvent[] {
  const lines = readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8').split('\n');
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as TurnEvent);
}

function expected(name: string): TurnState {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.state.json`), 'utf8')) as TurnState;
}

test('there are transcripts', () => {
  expect(NAMES.length).toBeGreaterThan(5);
});

test.each(NAMES)('%s: the state is the one that Python comes to', name => {
  expect(fold(events(name))).toEqual(expected(name));
});

test.each(NAMES)('%s: an event heard twice changes nothing', name => {
  const twice = events(name).flatMap(each => [each, each]);
  expect(fold(twice)).toEqual(expected(name));
});

test.each(NAMES)('%s: hearing all of it again changes nothing', name => {
  const all = events(name);
  expect(fold([...all, ...all])).toEqual(expected(name));
});

test('nothing comes after the end', () => {
  const end = fold(events('normal'));
  const late: Notice = { type: 'notice', turn_id: 't', seq: 999, code: 'x', message: 'y' };
  expect(apply(end, late)).toBe(end);
});

test('the text is without how it was arrived at', () => {
  const state = fold(events('normal'));
  const told = state.stages.filter(each => !['analysis', 'reasoning'].includes(each.stage));
  expect(textOf(state)).toBe(told.map(each => each.text.trim()).filter(Boolean).join('\n\n'));
});
