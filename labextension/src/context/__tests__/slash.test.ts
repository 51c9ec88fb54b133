import { nullTranslator } from '@jupyterlab/translation';

import { InputModel } from '../../chat-compat';
import { Notes } from '../notes';
import { SlashProvider } from '../slash';

jest.useFakeTimers();
const trans = nullTranslator.load('');
const run = jest.fn();
let sent: string[];
let notes: Notes;
let input: InputModel;
let provider: SlashProvider;

beforeEach(() => {
  run.mockReset();
  sent = [];
  notes = new Notes();
  input = new InputModel({ chatContext: {} as never, onSend: text => sent.push(text) });
  const commands = [
    { name: '/model', argument: 'tier', description: 'm', values: ['fast', 'complex'], run },
    { name: '/more', argument: '', description: 'n', run }
  ];
  provider = new SlashProvider(commands, notes, each => each === input, trans);
});

/** As the library sends. */
async function send(text: string): Promise<void> {
  input.value = text;
  await provider.onSubmit(input);
  input.send(input.value);
  await jest.runAllTimersAsync();
}

async function offered(text: string): Promise<string[]> {
  input.value = text;
  input.cursorIndex = text.length;
  return (await provider.listCommandCompletions(input)).map(each => each.name);
}

test('a command is carried out and not sent', async () => {
  await send('/model fast ');
  expect(run).toHaveBeenCalledWith('fast');
  expect(sent).toEqual(['']);
  expect(input.value).toBe('');
});

test('an unknown command is told, not sent, and stays to be mended', async () => {
  await send('/modle fast');
  expect(sent).toEqual(['']);
  expect(input.value).toBe('/modle fast');
  expect(notes.lines[0]).toBe('There is no command /modle, so nothing was sent.');
  expect(run).not.toHaveBeenCalled();
});

test.each(['What?', '/usr/bin is what?', ' /modle', '/', '//x', '/3'])('%s is sent', async text => {
  await send(text);
  expect(sent).toEqual([text]);
});

test('a note goes with the next question', async () => {
  notes.say('a');
  await send('What?');
  expect(notes.lines).toEqual([]);
});

test('what goes wrong is said', async () => {
  run.mockRejectedValueOnce(new Error('No model. Load one.'));
  await send('/more');
  expect(notes.lines).toEqual(['No model. Load one.']);
});

test('a question that is changed is sent as it stands', async () => {
  const other = new InputModel({ chatContext: {} as never, onSend: () => undefined, value: '/x' });
  await provider.onSubmit(other);
  expect(other.value).toBe('/x');
});

test('commands and what may follow them are completed', async () => {
  expect(await offered('/')).toEqual(['/model', '/more']);
  expect(await offered('/mod')).toEqual(['/model']);
  expect(await offered('/model')).toEqual([]);
  expect(await offered('/model f')).toEqual(['fast']);
  expect(await offered('/model fast x')).toEqual([]);
  expect(await offered('a /mod')).toEqual([]);
});
