import { nullTranslator } from '@jupyterlab/translation';

import { slashCommands } from '../commands';
import type { CommandOptions } from '../commands';
import { Notes } from '../notes';

const api = { createSession: jest.fn(), send: jest.fn(), models: jest.fn(), session: jest.fn() };
const service = { api, currentSession: null as string | null, setCurrentSession: jest.fn() };
const commands = { execute: jest.fn() };
const workplace = { activeCell: {} as object | null };
let notes: Notes;

beforeEach(() => {
  jest.resetAllMocks();
  notes = new Notes();
  service.currentSession = 's';
  workplace.activeCell = {};
  api.createSession.mockResolvedValue({ id: 'new' });
});

async function run(name: string, argument = ''): Promise<void> {
  const options = { service, workplace, commands, notes, trans: nullTranslator.load('') };
  const known = slashCommands(options as unknown as CommandOptions);
  await known.find(each => each.name === name)?.run(argument);
}

test('an action on a cell is the one of its button, with the words that follow', async () => {
  await run('/fix');
  await run('/generate', 'squares');
  expect(commands.execute.mock.calls).toEqual([
    ['llmchat:fix-cell', { prompt: '' }], ['llmchat:generate-cell', { prompt: 'squares' }]
  ]);
});

test('what stands in the way is said', async () => {
  await expect(run('/generate')).rejects.toThrow('Say what the code is to do');
  workplace.activeCell = null;
  await expect(run('/explain')).rejects.toThrow('No notebook is open.');
  await expect(run('/model', 'huge')).rejects.toThrow('There is no model "huge".');
});

test('a model is chosen for the conversation, which begins if there is none', async () => {
  await run('/model', 'fast');
  service.currentSession = null;
  await run('/model', 'auto');
  expect(api.send.mock.calls).toEqual([
    ['POST', 'sessions/s/model', { tier: 'fast' }],
    ['POST', 'sessions/new/model', { tier: null }]
  ]);
  expect(service.setCurrentSession).toHaveBeenCalledWith('new');
});

test('the models are listed with the one that is chosen', async () => {
  api.models.mockResolvedValue({ models: [{ tier: 'fast', name: 'm.gguf' }] });
  api.session.mockResolvedValue({ config: { tier: 'fast' } });
  await run('/model');
  expect(notes.lines.slice(0, 2)).toEqual([
    'Chosen for this conversation: fast.', 'fast: m.gguf'
  ]);
});

test('a new conversation, and help', async () => {
  await run('/clear');
  expect(service.setCurrentSession).toHaveBeenCalledWith(null);
  await run('/help');
  expect(notes.lines.map(each => each.split(/[ :]/)[0])).toEqual([
    '/explain', '/fix', '/improve', '/generate', '/clear', '/new', '/model', '@file'
  ]);
});
