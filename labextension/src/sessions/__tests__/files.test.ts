import { nullTranslator } from '@jupyterlab/translation';

import { ApiError } from '../../api';
import { importFrom } from '../files';
import { session } from './sessions-fixtures';

const TRANS = nullTranslator.load('jupyter-llmchat');

function file(name: string): File {
  return { name } as File;
}

test('all files are tried, and those that cannot be read are named', async () => {
  const body = {
    code: 'bad_request', message: 'No JSON.', hint: 'Choose another.', retryable: false
  };
  const api = {
    importSessions: jest
      .fn()
      .mockRejectedValueOnce(new ApiError(body, 400))
      .mockResolvedValueOnce({ sessions: [session('a'), session('b')] })
      .mockRejectedValueOnce(new ApiError(body, 400))
  };
  const files = [file('one.txt'), file('two.json'), file('three.txt')];
  const brought = await importFrom(api, files, TRANS);
  expect(brought.sessions.map(each => each.id)).toEqual(['a', 'b']);
  expect(brought.problem).toEqual({
    ...body, message: 'Could not be imported: one.txt, three.txt. No JSON.'
  });
});
