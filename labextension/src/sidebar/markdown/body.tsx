/** A model's text: Markdown with formulas and highlighted code, rendered block by block. */

import React, { memo, useMemo, useState } from 'react';

import { Block } from './block';
import { blocksOf } from './blocks';

type Props = {
  text: string;
  /** Whether nothing will be added to it. */
  isWhole: boolean;
};

export const Body = memo(function Body({ text, isWhole }: Props): JSX.Element {
  // A text that is there from the beginning needs no blocks.
  const [isGrowing] = useState(!isWhole);
  const blocks = useMemo(() => (isGrowing ? blocksOf(text) : [text]), [text]);
  const last = blocks.length - 1;
  return (
    <div className="jp-llmchat-text">
      {blocks.map((block, place) => (
        <Block key={place} text={block} isWhole={isWhole || place < last} />
      ))}
    </div>
  );
});
