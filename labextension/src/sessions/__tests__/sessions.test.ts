import { nullTranslator } from '@jupyterlab/translation';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { NOTHING } from '../../fold';
import type { Session, TurnState } from '../../protocol';
import { Sessions } from '../sessions';
import { session, settle } from './sessions-fixtures';

let readings: PromiseDelegate<Session>[];
let turnChanged: Signal<object, TurnState>;
let sessions: Sessions;

beforeEach(() => {
  readings = [];
  turnChanged = new Signal<object, TurnState>({});
  const service = {
    api: {
      session: () => {
        const reading = new PromiseDelegate<Session>();
        readings.push(reading);
        return reading.promise;
      }
    },
    currentSession: 'a',
    sessionChanged: new Signal<object, string | null>({})
  };
  const trans = nullTranslator.load('jupyter-llmchat');
  sessions = new Sessions(service as never, { turnChanged } as never, trans);
});

afterEach(() => sessions.dispose());

async function told(title: string): Promise<void> {
  readings.at(-1)!.resolve(session('a', { title }));
  await settle();
}

test('a name that was read before the question came is read again', async () => {
  turnChanged.emit({ ...NOTHING, turn_id: 't', session_id: 'a', status: 'complete' });
  expect(readings).toHaveLength(1);
  await told('');
  expect(readings).toHaveLength(2);
  await told('Why?');
  expect(sessions.title).toBe('Why?');
  expect(readings).toHaveLength(2);
});
