/** What the model decided on the way to an answer. */

import React from 'react';

import type { Decision, Notice } from '../protocol';
import { Fold } from './stage';
import { useSurroundings } from './surroundings';
import { seconds } from './words';

type Props = {
  decisions: readonly Decision[];
  /** Why some were not taken by the model. */
  notes: readonly Notice[];
};

export function Decisions({ decisions, notes }: Props): JSX.Element | null {
  const { trans } = useSurroundings();
  if (decisions.length + notes.length === 0) {
    return null;
  }
  const label = trans._n('1 decision', '%1 decisions', decisions.length);
  return (
    <Fold label={label}>
      <ul className="jp-llmchat-decisions">
        {decisions.map((each, place) => (
          <Row key={place} decision={each} />
        ))}
      </ul>
      {notes.map(each => (
        <p key={each.seq} className="jp-llmchat-quiet">
          {each.message}
        </p>
      ))}
    </Fold>
  );
}

function Row({ decision }: { decision: Decision }): JSX.Element {
  const { trans } = useSurroundings();
  const { name, chosen, source, options, calibrated, ms, tokens } = decision;
  return (
    <li>
      <div className="jp-llmchat-decision">
        <span>{name.replace(/_/g, ' ')}</span>
        <strong>{chosen}</strong>
        {source === 'model' ? (
          <span className="jp-llmchat-time" title={trans._n('1 token', '%1 tokens', tokens)}>
            {seconds(ms, trans)}
          </span>
        ) : (
          <span className="jp-llmchat-badge" title={trans.__('The model was not heard.')}>
            {trans.__('the safe way')}
          </span>
        )}
      </div>
      {options.map(each => (
        <Share key={each.label} label={each.label} value={each.probability} />
      ))}
      {source === 'model' && !calibrated && (
        <div className="jp-llmchat-quiet">{trans.__('How sure: not calibrated')}</div>
      )}
    </li>
  );
}

/** A probability as a bar. */
export function Share({ label, value }: { label: string; value: number }): JSX.Element {
  const percent = Math.round(value * 100);
  return (
    <div className="jp-llmchat-share">
      <span>{label}</span>
      <meter min={0} max={100} value={percent} aria-label={label} />
      <span>{percent} %</span>
    </div>
  );
}
