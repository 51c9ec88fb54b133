import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Difference, Line, Row } from './difference';

type Props = { difference: Difference; trans: TranslationBundle };

/** Lines with a sign in front, so that colour is not needed to read them. */
export function DifferenceView({ difference, trans }: Props): JSX.Element {
  return (
    <div className="jp-llmchat-difference">
      {difference.rows.map((row, index) => (
        <RowView key={index} row={row} trans={trans} />
      ))}
    </div>
  );
}

function RowView({ row, trans }: { row: Row; trans: TranslationBundle }): JSX.Element {
  if (row.kind === 'gap') {
    const text = trans._n('1 unchanged line', '%1 unchanged lines', row.lines);
    return <div className="jp-llmchat-difference-gap">{text}</div>;
  }
  if (row.kind === 'same') {
    return <LineView className="" sign=" " line={row} />;
  }
  const isAdded = row.kind === 'added';
  const Part = isAdded ? 'ins' : 'del';
  return (
    <Part className={`jp-llmchat-difference-part jp-mod-${row.kind}`}>
      <LineView
        className={`jp-mod-${row.kind}`}
        sign={isAdded ? '+' : '−'}
        said={isAdded ? trans.__('Added:') : trans.__('Removed:')}
        line={row}
      />
    </Part>
  );
}

type LineProps = { className: string; sign: string; said?: string; line: Line };

function LineView({ className, sign, said, line }: LineProps): JSX.Element {
  return (
    <div className={`jp-llmchat-difference-line ${className}`}>
      <span className="jp-llmchat-difference-sign" aria-hidden="true">
        {sign}
      </span>
      {said !== undefined && <span className="jp-llmchat-live">{said}</span>}
      <code>{line.pieces === undefined ? line.text || ' ' : <Pieces line={line} />}</code>
    </div>
  );
}

function Pieces({ line }: { line: Line }): JSX.Element {
  return (
    <>
      {line.pieces?.map((piece, index) =>
        piece.isNew ? <mark key={index}>{piece.text}</mark> : piece.text
      )}
    </>
  );
}
