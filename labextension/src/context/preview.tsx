/** The parts that go along with a question, word for word. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ContextPart } from '../protocol';
import type { Preview } from './view';
import { kindOf, sizeOf } from './words';

type Props = { preview: Preview; trans: TranslationBundle };

export function PartList({ preview, trans }: Props): JSX.Element {
  const { parts, failed, problem } = preview;
  if (problem !== '') {
    return <p role="alert">{problem}</p>;
  }
  return (
    <>
      <p className="jp-llmchat-context-about">
        {parts.length === 0
          ? trans.__('Nothing is sent along with the question.')
          : trans.__('Sent along with the question. The model gets as much of it as it has room for.')}
      </p>
      {failed.map(each => (
        <p key={each} className="jp-llmchat-context-failed">
          {trans.__('Left out: %1', each)}
        </p>
      ))}
      {parts.map((part, place) => (
        <Part key={`${part.kind} ${part.name} ${place}`} part={part} trans={trans} />
      ))}
    </>
  );
}

function Part({ part, trans }: { part: ContextPart; trans: TranslationBundle }): JSX.Element {
  return (
    <details className="jp-llmchat-context-part" data-kind={part.kind} open>
      <summary>
        <span>{`${kindOf(part.kind, trans)} ${part.name ?? ''}`.trim()}</span>
        <span className="jp-llmchat-context-size">{sizeOf(part.text.length, trans)}</span>
      </summary>
      <pre>{part.text}</pre>
    </details>
  );
}
