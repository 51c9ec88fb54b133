import { Signal } from '@lumino/signaling';

import { keepInMind } from '../memory';
import { settle } from './sessions-fixtures';

const KEY = 'jupyter-llmchat:session';

class FakeService {
  currentSession: string | null = null;
  readonly sessionChanged = new Signal<object, string | null>(this);

  setCurrentSession(id: string | null): void {
    this.currentSession = id;
    this.sessionChanged.emit(id);
  }
}

let service: FakeService;
let state: Record<'fetch' | 'save' | 'remove', jest.Mock>;

beforeEach(() => {
  window.sessionStorage.clear();
  service = new FakeService();
  state = {
    fetch: jest.fn().mockResolvedValue(undefined),
    save: jest.fn().mockResolvedValue(undefined),
    remove: jest.fn().mockResolvedValue(undefined)
  };
});

async function kept(): Promise<void> {
  void keepInMind(service as never, state as never);
  await settle();
}

test('the last conversation is shown again', async () => {
  state.fetch.mockResolvedValue('s');
  await kept();
  expect(service.currentSession).toBe('s');
});

test('who has begun already is not interrupted', async () => {
  state.fetch.mockResolvedValue('s');
  void keepInMind(service as never, state as never);
  service.setCurrentSession('mine');
  await settle();
  expect(service.currentSession).toBe('mine');
  expect(state.save).toHaveBeenLastCalledWith(KEY, 'mine');
});

test('a tab knows its own at once, also that it had none', async () => {
  state.fetch.mockResolvedValue('another tab');
  await kept();
  service.setCurrentSession('own');
  service = new FakeService();
  await kept();
  expect(service.currentSession).toBe('own');
  service.setCurrentSession(null);
  expect(state.remove).toHaveBeenCalledWith(KEY);
  service = new FakeService();
  await kept();
  expect(service.currentSession).toBeNull();
});

test('a state that cannot be read or kept is no failure', async () => {
  const told = jest.spyOn(console, 'warn').mockImplementation();
  state.fetch.mockRejectedValue(new Error('no state'));
  state.save.mockRejectedValue(new Error('no state'));
  await kept();
  service.setCurrentSession('s');
  await settle();
  expect(told).toHaveBeenCalledTimes(2);
  told.mockRestore();
});
