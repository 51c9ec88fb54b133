/** Below an answer: how it ended, how good it is, what it took, and what can be done. */

import { refreshIcon } from '@jupyterlab/ui-components';
import React, { useEffect } from 'react';

import { Button } from '../button';
import { ended, textOf } from '../fold';
import type { Notice, Quality, TurnMetrics, TurnState } from '../protocol';
import { CopyButton } from './copy-button';
import { Decisions, Share } from './decisions';
import { Failure } from './failure';
import { Fold } from './stage';
import { useSurroundings } from './surroundings';
import { ending, seconds } from './words';

type Props = { turnKey: string; turn: TurnState };

export function Footer({ turnKey, turn }: Props): JSX.Element | null {
  const { model, trans } = useSurroundings();
  useEffect(() => {
    const known = model.turnOf(turnKey);
    if (known !== undefined) {
      void model.complete(known);
    }
  }, [turnKey]);
  const isRefined = turn.refinement?.used === true;
  return (
    <div className="jp-llmchat-footer">
      {isRefined && (
        <p className="jp-llmchat-quiet">{trans.__('Understood as: %1', turn.refinement!.text)}</p>
      )}
      {turn.notices.filter(isForAll).map(each => (
        <p key={each.seq} className="jp-llmchat-notice">
          {each.message}
        </p>
      ))}
      {turn.error !== null && <Failure turnKey={turnKey} turn={turn} />}
      <Decisions
        decisions={turn.decisions}
        notes={turn.notices.filter(each => !isForAll(each))}
      />
      {turn.quality !== null && <QualityView quality={turn.quality} turn={turn} />}
      {ended(turn) && <Bottom turnKey={turnKey} turn={turn} />}
    </div>
  );
}

/** What went otherwise without changing what is answered to. */
const ON_THE_WAY = ['decision_failed', 'not_judged', 'not_refined'];

function isForAll({ code }: Notice): boolean {
  return !ON_THE_WAY.includes(code);
}

function Bottom({ turnKey, turn }: Props): JSX.Element {
  const { model, trans } = useSurroundings();
  const end = ending(turn, trans);
  const hasText = textOf(turn) !== '';
  const again = (): void => {
    const known = model.turnOf(turnKey);
    if (known !== undefined) {
      void model.again(known);
    }
  };
  return (
    <div className="jp-llmchat-bottom">
      {turn.error === null && (
        <Button icon={refreshIcon} title={trans.__('Ask again')} onClick={again} />
      )}
      {hasText && (
        <CopyButton title={trans.__('Copy the whole answer')} text={() => textOf(turn)} />
      )}
      {end !== null && (
        <span className={`jp-llmchat-badge ${end.isBad ? 'jp-mod-bad' : ''}`} title={end.hint}>
          {end.label}
        </span>
      )}
      {turn.metrics !== null && <Figures metrics={turn.metrics} />}
    </div>
  );
}

function Figures({ metrics }: { metrics: TurnMetrics }): JSX.Element {
  const { trans } = useSurroundings();
  const { first_token_ms, tokens_per_s, generated_tokens, total_ms } = metrics;
  return (
    <span className="jp-llmchat-figures">
      {metrics.is_replay && (
        <span
          className="jp-llmchat-badge"
          title={trans.__('The same was asked before. “Ask again” has it answered anew.')}
        >
          {trans.__('Cached')}
        </span>
      )}
      {total_ms > 0 && <span title={trans.__('In all')}>{seconds(total_ms, trans)}</span>}
      {generated_tokens > 0 && <span>{trans._n('1 token', '%1 tokens', generated_tokens)}</span>}
      {tokens_per_s !== null && <span>{trans.__('%1 tok/s', tokens_per_s.toFixed(1))}</span>}
      {first_token_ms !== null && (
        <span title={trans.__('Time to the first token')}>
          {trans.__('first after %1', seconds(first_token_ms, trans))}
        </span>
      )}
    </span>
  );
}

function QualityView({ quality, turn }: { quality: Quality; turn: TurnState }): JSX.Element {
  const { trans } = useSurroundings();
  const score = Math.round(turn.metrics?.quality ?? quality.score);
  const sure = quality.reliability;
  const trust =
    sure === null
      ? trans.__('judge not tested')
      : trans.__('judge right in %1 %', Math.round(sure * 100));
  return (
    <Fold label={`${trans.__('Quality %1/100', score)} (${trust})`}>
      <Share label={trans.__('Relevance')} value={quality.relevance / 100} />
      <Share label={trans.__('Completeness')} value={quality.completeness / 100} />
      <Share label={trans.__('Accuracy')} value={quality.accuracy / 100} />
      <Share label={trans.__('Clarity')} value={quality.clarity / 100} />
      {quality.improvements !== '' && <p className="jp-llmchat-quiet">{quality.improvements}</p>}
    </Fold>
  );
}
