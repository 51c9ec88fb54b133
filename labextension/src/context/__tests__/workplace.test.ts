import { Signal } from '@lumino/signaling';

import { Workplace } from '../workplace';

class FakeSession {
  readonly statusChanged = new Signal<this, string>(this);
  readonly kernelChanged = new Signal<this, unknown>(this);
  readonly iopubMessage = new Signal<this, unknown>(this);

  runs(type = 'execute_input'): void {
    this.iopubMessage.emit({ header: { msg_type: type } });
  }
}

class FakeNotebook {
  readonly content = { model: {}, modelContentChanged: new Signal<object, void>({}) };
  readonly context = { path: 'folder/prices.ipynb', ready: Promise.resolve() };
  readonly sessionContext = new FakeSession();
  readonly disposed = new Signal<this, void>(this);
  isDisposed = false;
}

class FakeTracker {
  readonly currentChanged = new Signal<this, void>(this);
  readonly widgetAdded = new Signal<this, FakeNotebook>(this);
  readonly activeCellChanged = new Signal<this, void>(this);
  currentWidget: FakeNotebook | null = null;

  show(notebook: FakeNotebook | null): void {
    this.currentWidget = notebook;
    this.currentChanged.emit();
  }
}

let tracker: FakeTracker;
let notebook: FakeNotebook;
let session: FakeSession;
let place: Workplace;
const onChanged = jest.fn();

beforeEach(() => {
  tracker = new FakeTracker();
  notebook = new FakeNotebook();
  session = notebook.sessionContext;
  place = new Workplace({ currentWidget: null } as never, tracker as never);
  tracker.show(notebook);
  place.changed.connect(onChanged);
  onChanged.mockReset();
});

afterEach(() => place.dispose());

test('what is run for a person runs until the kernel is idle', () => {
  const before = place.runs;
  session.runs();
  expect(place.isRunning).toBe(true);
  expect(place.runs).toBe(before + 1);
  session.statusChanged.emit('busy');
  expect(place.isRunning).toBe(true);
  session.statusChanged.emit('idle');
  expect(place.isRunning).toBe(false);
  expect(onChanged).toHaveBeenCalledTimes(3);
});

test('what is asked silently is no run', () => {
  const before = place.runs;
  session.statusChanged.emit('busy');
  session.runs('status');
  expect(place.isRunning).toBe(false);
  expect(place.runs).toBe(before);
});

test('another notebook is not running because the one before is', () => {
  session.runs();
  const other = new FakeNotebook();
  tracker.show(other);
  expect(place.isRunning).toBe(false);
  session.runs();
  expect(place.isRunning).toBe(false);
  other.sessionContext.runs();
  session.statusChanged.emit('idle');
  expect(place.isRunning).toBe(true);
});

test('a new kernel has run nothing that is known', () => {
  const before = place.runs;
  session.kernelChanged.emit({});
  expect(place.runs).toBe(before + 1);
});

test('a notebook that is closed is none', () => {
  expect(place.fileName).toBe('prices.ipynb');
  notebook.isDisposed = true;
  notebook.disposed.emit();
  expect(place.notebook).toBeNull();
  expect(place.fileName).toBe('');
  expect(place.cells).toEqual([]);
  expect(onChanged).toHaveBeenCalledTimes(1);
});

test('a notebook that opens while none is in front is told when it is ready', async () => {
  tracker.currentWidget = null;
  const late = new FakeNotebook();
  tracker.widgetAdded.emit(late);
  expect(onChanged).not.toHaveBeenCalled();
  tracker.currentWidget = late;
  await late.context.ready;
  expect(place.sessionContext).toBe(late.sessionContext);
  expect(onChanged).toHaveBeenCalled();
});

test('nobody is told anything once it is gone', () => {
  place.dispose();
  session.runs();
  document.dispatchEvent(new Event('selectionchange'));
  expect(onChanged).not.toHaveBeenCalled();
});
