/** One part of an answer. */

import React, { useState } from 'react';

import { PREPARATORY } from '../fold';
import type { StageDetails } from './details';
import { Elapsed } from './elapsed';
import { Body } from './markdown/body';
import { useSurroundings } from './surroundings';
import { seconds, stageActivity, stageLabel } from './words';

type Props = { text: string; details: StageDetails };

export function Stage(props: Props): JSX.Element {
  return PREPARATORY.includes(props.details.stage) ? <Folded {...props} /> : <Open {...props} />;
}

function Open({ text, details }: Props): JSX.Element {
  const { trans } = useSurroundings();
  return (
    <>
      <div className="jp-llmchat-preamble">
        <Preamble {...details} />
      </div>
      <Body text={text} isWhole={details.progress !== 'writing'} />
      {details.first !== '' && (
        <Fold label={trans.__('The first attempt')}>
          <Body text={details.first} isWhole />
        </Fold>
      )}
    </>
  );
}

/** How the answer was arrived at: rendered only where somebody looks. */
function Folded({ text, details }: Props): JSX.Element {
  const { service } = useSurroundings();
  const shown = service.settings?.get('showReasoning').composite === true;
  return (
    <Fold label={<Preamble {...details} />} isOpen={shown}>
      <Body text={text} isWhole={details.progress !== 'writing'} />
    </Fold>
  );
}

type FoldProps = { label: React.ReactNode; isOpen?: boolean; children: React.ReactNode };

export function Fold({ label, isOpen = false, children }: FoldProps): JSX.Element {
  const [open, setOpen] = useState(isOpen);
  return (
    <details
      className="jp-llmchat-fold"
      open={open}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{label}</summary>
      {open && <div className="jp-llmchat-folded">{children}</div>}
    </details>
  );
}

function Preamble({ stage, progress, begun, ms }: StageDetails): JSX.Element {
  const { trans } = useSurroundings();
  if (progress === 'writing') {
    return (
      <>
        <span className="jp-llmchat-busy" aria-hidden="true" />
        <span className="jp-llmchat-label">{stageActivity(stage, trans)}</span>
        {begun > 0 && <Elapsed since={begun} />}
      </>
    );
  }
  return (
    <>
      <span className="jp-llmchat-label">{stageLabel(stage, trans)}</span>
      {ms > 0 && <span className="jp-llmchat-time">{seconds(ms, trans)}</span>}
    </>
  );
}
