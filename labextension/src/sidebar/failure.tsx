/** Why there is no answer, or only half of one, and the button that helps. */

import React from 'react';

import { Button } from '../button';
import type { TurnState } from '../protocol';
import { useSurroundings } from './surroundings';
import type { Surroundings } from './surroundings';

type Props = { turnKey: string; turn: TurnState };

type Remedy = { label: string; title: string; run: () => void };

export function Failure({ turnKey, turn }: Props): JSX.Element {
  const surroundings = useSurroundings();
  const { trans } = surroundings;
  const { message, hint, code } = turn.error!;
  const remedy = remedyFor(code, turnKey, surroundings);
  return (
    <div className="jp-llmchat-error" role="alert">
      <strong>{message || trans.__('This answer was not finished.')}</strong>{' '}
      {hint || trans.__('What was said is kept. Ask again.')}
      <div className="jp-llmchat-remedy">
        <Button
          className="jp-mod-framed"
          label={remedy.label}
          title={remedy.title}
          onClick={remedy.run}
        />
      </div>
    </div>
  );
}

function remedyFor(code: string, turnKey: string, around: Surroundings): Remedy {
  const { model, service, trans } = around;
  const turn = model.turnOf(turnKey);
  switch (code) {
    case 'other_version':
      return {
        label: trans.__('Reload'),
        title: trans.__('Reload the page'),
        run: () => window.location.reload()
      };
    case 'not_found':
      return {
        label: trans.__('Ask in a new conversation'),
        title: trans.__('Begin a new conversation with this question'),
        run: () => {
          service.setCurrentSession(null);
          void service.ask(turn?.request ?? { question: turn?.state.question ?? '' });
        }
      };
    case 'context_overflow':
    case 'too_large':
      return {
        label: trans.__('Ask without the notebook'),
        title: trans.__('Ask the same question, and send nothing of the notebook along'),
        run: () => void (turn && model.again(turn, undefined, []))
      };
    default:
      return {
        label: trans.__('Ask again'),
        title: trans.__('Ask the same question again'),
        run: () => void (turn && model.again(turn))
      };
  }
}
