/** A figure over time: drawn by JupyterLab's own Vega-Lite, or as a table. */

import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONObject } from '@lumino/coreutils';
import React, { useEffect, useRef, useState } from 'react';

import type { MetricsSeries } from '../protocol';
import { PointTable } from './point-table';
import { VEGALITE, points, specOf, titleOf } from './spec';
import type { Palette, Spec } from './spec';

type Props = {
  series: MetricsSeries;
  rendermime: IRenderMimeRegistry;
  palette: Palette;
  /** What is drawn can be read as well. */
  asTable: boolean;
  trans: TranslationBundle;
};

export function Plot(props: Props): JSX.Element {
  const { series, rendermime, palette, asTable, trans } = props;
  const [cannotDraw, setCannotDraw] = useState(rendermime.getFactory(VEGALITE) === undefined);
  const title = titleOf(series, trans);
  const isEmpty = points(series).length === 0;
  const isTable = asTable || cannotDraw;
  return (
    <figure className="jp-llmchat-plot">
      <figcaption>{title}</figcaption>
      {isEmpty && <p className="jp-llmchat-quiet">{trans.__('No answers with this figure.')}</p>}
      {!isEmpty && isTable && <PointTable series={series} title={title} trans={trans} />}
      {!isEmpty && !isTable && (
        <Drawing
          label={trans.__('%1 over time; the same can be had as a table.', title)}
          spec={specOf(series, palette, trans)}
          rendermime={rendermime}
          onFailed={() => setCannotDraw(true)}
        />
      )}
      {!isEmpty && cannotDraw && (
        <p className="jp-llmchat-quiet">
          {trans.__('It cannot be drawn: the Vega extension of JupyterLab is not there.')}
        </p>
      )}
    </figure>
  );
}

type DrawingProps = {
  label: string;
  spec: Spec;
  rendermime: IRenderMimeRegistry;
  onFailed: () => void;
};

function Drawing({ label, spec, rendermime, onFailed }: DrawingProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const renderer = useRef<IRenderMime.IRenderer | null>(null);
  const width = useWidth(place);
  // Drawn again only when there is something else to be seen.
  const drawn = JSON.stringify({ ...spec, width });
  useEffect(() => {
    const made = rendermime.createRenderer(VEGALITE);
    place.current!.appendChild(made.node);
    renderer.current = made;
    return () => made.dispose();
  }, [rendermime]);
  useEffect(() => {
    if (width > 0) {
      const content = JSON.parse(drawn) as PartialJSONObject;
      void renderer.current?.renderModel(model(rendermime, content)).catch(error => {
        console.error('A plot could not be drawn.', error);
        onFailed();
      });
    }
  }, [drawn, rendermime]);
  return <div ref={place} className="jp-llmchat-drawing" role="img" aria-label={label} />;
}

function model(rendermime: IRenderMimeRegistry, spec: PartialJSONObject): IRenderMime.IMimeModel {
  return rendermime.createModel({
    data: {
      [VEGALITE]: spec,
      // Otherwise the renderer draws everything once more, as a picture to be kept.
      'image/png': 'none'
    },
    metadata: { [VEGALITE]: { embed_options: { actions: false, renderer: 'svg' } } }
  });
}

const STEP_PX = 8;
const SETTLED_MS = 120;

/** How wide there is room; changes when it has settled. */
function useWidth(place: React.RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    let timer = 0;
    const measure = (): void => {
      const room = place.current?.clientWidth ?? 0;
      setWidth(Math.floor(room / STEP_PX) * STEP_PX);
    };
    const observer = new ResizeObserver(() => {
      window.clearTimeout(timer);
      timer = window.setTimeout(measure, SETTLED_MS);
    });
    measure();
    observer.observe(place.current!);
    return () => {
      window.clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return width;
}
