import React from 'react';

import { Button } from '../button';
import { EVERYTHING } from './filters';
import type { Filters } from './filters';
import type { ViewOptions } from './view';

/** There are no answers: how figures come to be, or how to see those of others. */
export function Beginning({ live, ask, trans }: ViewOptions): JSX.Element {
  const isNarrowed = !isEverything(live.filters);
  return (
    <div className="jp-llmchat-welcome">
      <p>
        {isNarrowed
          ? trans.__('There are no answers of this period, model and conversation.')
          : trans.__('There are no answers yet.')}
      </p>
      <p className="jp-llmchat-quiet">
        {trans.__('Every answer is measured while it is written; its figures are shown here.')}
      </p>
      {isNarrowed && (
        <Button
          className="jp-mod-framed"
          label={trans.__('Show all')}
          title={trans.__('Show the figures of all answers')}
          onClick={() => live.choose(EVERYTHING)}
        />
      )}
      {!isNarrowed && ask !== null && (
        <Button
          className="jp-mod-framed"
          label={trans.__('Ask a question')}
          title={trans.__('Open the assistant')}
          onClick={ask}
        />
      )}
    </div>
  );
}

function isEverything({ period, model, session }: Filters): boolean {
  return period === 'all' && model === null && session === null;
}
