import { EVERYTHING, answersQuery, seriesQuery } from '../filters';
import { NOON } from './samples';

test('without a choice everything is asked for', () => {
  const given = Object.values(answersQuery(EVERYTHING, NOON));
  expect(given.every(each => each === undefined)).toBe(true);
});

test('what was chosen is asked for', () => {
  const filters = { period: 'day', model: 'm', session: 's', replays: true } as const;
  expect(answersQuery(filters, NOON)).toEqual({
    since: NOON - 86_400,
    model: 'm',
    session: 's',
    replays: 'true'
  });
});

test.each([
  ['hour', 'minute', 3600],
  ['day', 'hour', 86_400],
  ['week', 'day', 604_800]
] as const)('the last %s is drawn by the %s', (period, bucket, span) => {
  const query = seriesQuery({ ...EVERYTHING, period }, NOON, null);
  expect(query).toMatchObject({ bucket, since: NOON - span });
});

test('all time begins with the first answer, within what a series may have', () => {
  expect(seriesQuery(EVERYTHING, NOON, NOON - 500).since).toBe(NOON - 500);
  expect(seriesQuery(EVERYTHING, NOON, 0).since).toBe(NOON - 999 * 86_400);
  expect(seriesQuery(EVERYTHING, NOON, null).since).toBe(NOON);
});
