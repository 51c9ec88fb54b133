import type { TurnEvent } from '../../protocol';
import { Turn } from '../turn';
import type { Around } from '../turn';

function turn(): Turn {
  const around = { changed: () => {}, taken: () => {} } as unknown as Around;
  const asked = new Turn('key', 0, { question: 'why?' }, around);
  const start = { turn_id: 't', session_id: 's', question: 'why?', model: 'm' };
  asked.event({ type: 'start', seq: 0, ...start } as TurnEvent);
  return asked;
}

test('who asks learns how the answer ended', async () => {
  const asked = turn();
  asked.refused({
    type: 'refused', code: 'busy', message: 'Too many.', hint: '', retryable: true,
    client_message_id: null, turn_id: 't', from_seq: null
  });
  asked.left();
  await expect(asked.outcome).resolves.toMatchObject({ status: 'failed', turn_id: 't' });
});

test('who asks learns that nobody listens to the answer any more', async () => {
  const asked = turn();
  asked.left();
  await expect(asked.outcome).resolves.toMatchObject({ status: 'waiting' });
});
