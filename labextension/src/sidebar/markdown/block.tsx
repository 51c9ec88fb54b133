/** One block of Markdown in the page. */

import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import React, { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

import { useSurroundings } from '../surroundings';
import { CodeActions } from './code-actions';
import { prepared } from './source';

const MARKDOWN = 'text/markdown';

type Code = { place: HTMLElement; text: string };

type Props = {
  text: string;
  /** Whether nothing will be added to it: formulas are set then. */
  isWhole: boolean;
};

export const Block = memo(function Block({ text, isWhole }: Props): JSX.Element {
  const { rendermime } = useSurroundings();
  const place = useRef<HTMLDivElement>(null);
  const [codes, setCodes] = useState<Code[]>([]);
  const [rendering] = useState(() => new Rendering(rendermime, setCodes));
  // Not after the page has been painted without it.
  useLayoutEffect(() => {
    void rendering.show(text, isWhole, place.current);
  }, [text, isWhole]);
  useEffect(() => () => rendering.dispose(), []);
  return (
    <>
      <div ref={place} />
      {codes.map((code, index) =>
        createPortal(<CodeActions text={code.text} />, code.place, String(index))
      )}
    </>
  );
});

type Rendermime = Pick<
  IRenderMimeRegistry,
  'createRenderer' | 'createModel' | 'latexTypesetter'
>;

/** Renders texts in the order in which they come; those in between may be left out. */
class Rendering {
  constructor(
    private readonly rendermime: Rendermime,
    private readonly found: (codes: Code[]) => void
  ) {}

  async show(text: string, isWhole: boolean, place: HTMLElement | null): Promise<void> {
    this.wanted = { text, isWhole, place };
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    try {
      while (this.wanted !== null) {
        const next = this.wanted;
        this.wanted = null;
        await this.render(next.text, next.isWhole, next.place);
      }
    } finally {
      this.isBusy = false;
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.renderer?.dispose();
  }

  private async render(
    text: string,
    isWhole: boolean,
    place: HTMLElement | null
  ): Promise<void> {
    const renderer: IRenderMime.IRenderer = this.rendermime.createRenderer(MARKDOWN);
    const model: IRenderMime.IMimeModel = this.rendermime.createModel({
      data: { [MARKDOWN]: prepared(text) }
    });
    await renderer.renderModel(model);
    if (this.isDisposed || place === null) {
      renderer.dispose();
      return;
    }
    const codes = completed(renderer.node);
    place.replaceChildren(renderer.node);
    this.found(codes);
    this.renderer?.dispose();
    this.renderer = renderer;
    if (isWhole && /[$\\]/.test(text)) {
      // The renderer does so when it is attached as a widget, which it never is.
      await this.rendermime.latexTypesetter?.typeset(renderer.node);
    }
  }

  private renderer: IRenderMime.IRenderer | null = null;
  private wanted: { text: string; isWhole: boolean; place: HTMLElement | null } | null = null;
  private isBusy = false;
  private isDisposed = false;
}

/** Without the marks of headings, and with a place for what can be done with code. */
function completed(node: HTMLElement): Code[] {
  node.querySelectorAll('.jp-InternalAnchorLink').forEach(each => each.remove());
  return Array.from(node.querySelectorAll('pre')).map(pre => {
    const place = document.createElement('div');
    place.className = 'jp-llmchat-code-actions';
    const frame = document.createElement('div');
    frame.className = 'jp-llmchat-code';
    pre.replaceWith(frame);
    frame.append(pre, place);
    pre.tabIndex = 0;
    return { place, text: (pre.textContent ?? '').replace(/\n$/, '') };
  });
}
