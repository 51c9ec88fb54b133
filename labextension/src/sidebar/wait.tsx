/** Before there is text, or instead of it. */

import React from 'react';

import { ended } from '../fold';
import type { WaitDetails } from './details';
import { Elapsed } from './elapsed';
import { Footer } from './footer';
import { useSurroundings } from './surroundings';
import { activity } from './words';

export function Wait({ details }: { details: WaitDetails }): JSX.Element {
  const { model, trans } = useSurroundings();
  const { turn, key, begun } = details;
  if (ended(turn)) {
    return <Footer turnKey={key} turn={turn} />;
  }
  const isStopping = model.turnOf(key)?.stopping === true;
  return (
    <div className="jp-llmchat-preamble">
      <span className="jp-llmchat-busy" aria-hidden="true" />
      <span className="jp-llmchat-label">
        {isStopping ? trans.__('Stopping') : activity(turn, trans)}
      </span>
      <Elapsed since={begun} />
    </div>
  );
}
