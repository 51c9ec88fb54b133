import { addAboveIcon, addBelowIcon, pasteIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useState } from 'react';

import { Button } from '../../button';
import { CopyButton } from '../copy-button';
import { useSurroundings } from '../surroundings';

/** What can be done with a piece of code. Nothing is run by itself. */
export function CodeActions({ text }: { text: string }): JSX.Element {
  const { cells, trans } = useSurroundings();
  const [hasCell, setHasCell] = useState(cells?.isThere ?? false);
  useEffect(() => {
    const look = (): void => setHasCell(cells?.isThere ?? false);
    cells?.changed.connect(look);
    look();
    return () => {
      cells?.changed.disconnect(look);
    };
  }, [cells]);
  const why = hasCell ? '' : ` (${trans.__('open a notebook first')})`;
  return (
    <>
      <CopyButton title={trans.__('Copy the code')} text={() => text} />
      {cells !== null && (
        <>
          <Button
            icon={addAboveIcon}
            title={trans.__('Insert above the active cell') + why}
            disabled={!hasCell}
            onClick={() => cells.insertAbove(text)}
          />
          <Button
            icon={addBelowIcon}
            title={trans.__('Insert below the active cell') + why}
            disabled={!hasCell}
            onClick={() => cells.insertBelow(text)}
          />
          <Button
            icon={pasteIcon}
            title={trans.__('Replace the active cell') + why}
            disabled={!hasCell}
            onClick={() => cells.replace(text)}
          />
        </>
      )}
    </>
  );
}
