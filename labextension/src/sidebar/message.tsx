/** A message of the conversation; out of sight it is only room. */

import React, { memo, useEffect, useRef, useState } from 'react';

import type { IMessage, IMessageContent } from '../chat-compat';
import { Boundary } from './boundary';
import { detailsOf } from './details';
import { Footer } from './footer';
import { Question } from './question';
import { Stage } from './stage';
import { useSurroundings } from './surroundings';
import { Wait } from './wait';

/** Of a message that has not been measured yet, in pixels. */
const GUESS = 90;

type Props = {
  message: IMessage;
  /** Tells whether an element is near what is seen. */
  sight: Sight;
};

export const MessageView = memo(function MessageView({ message, sight }: Props): JSX.Element {
  const { trans } = useSurroundings();
  const place = useRef<HTMLDivElement>(null);
  const content = useContent(message);
  const isNear = useIsNear(place, sight);
  const height = useRef(GUESS);
  useEffect(() => {
    if (isNear && place.current !== null) {
      const measured = new ResizeObserver(entries => {
        height.current = entries[0].borderBoxSize[0].blockSize || height.current;
      });
      measured.observe(place.current);
      return () => measured.disconnect();
    }
  }, [isNear]);
  const kind = detailsOf(content)?.kind ?? 'question';
  return (
    <div
      ref={place}
      className={`jp-llmchat-message jp-mod-${kind}`}
      data-message={content.id}
      style={isNear ? undefined : { height: height.current }}
    >
      {isNear && (
        <Boundary message={trans.__('This message cannot be shown. Reload the page.')}>
          <Content content={content} />
        </Boundary>
      )}
    </div>
  );
});

function Content({ content }: { content: IMessageContent }): JSX.Element | null {
  const details = detailsOf(content);
  switch (details?.kind) {
    case 'question':
      return <Question message={content} details={details} />;
    case 'stage':
      return (
        <>
          <Stage text={String(content.body)} details={details} />
          {details.turn !== null && <Footer turnKey={details.key} turn={details.turn} />}
        </>
      );
    case 'wait':
      return <Wait details={details} />;
    default:
      return null;
  }
}

function useContent(message: IMessage): IMessageContent {
  const [content, setContent] = useState(message.content);
  useEffect(() => {
    const look = (): void => setContent(message.content);
    message.changed.connect(look);
    look();
    return () => {
      message.changed.disconnect(look);
    };
  }, [message]);
  return content;
}

function useIsNear(place: React.RefObject<HTMLElement>, sight: Sight): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element !== null) {
      sight.watch(element, setIsNear);
      return () => sight.forget(element);
    }
  }, [sight]);
  return isNear;
}

/** How far beyond what is seen messages are in the page. */
const MARGIN = '800px 0px';

/** Tells elements that they have come near what is seen, or have left it. */
export class Sight {
  constructor(root: Element) {
    this.observer = new IntersectionObserver(entries => this.seen(entries), {
      root,
      rootMargin: MARGIN
    });
  }

  watch(element: Element, tell: (isNear: boolean) => void): void {
    this.told.set(element, tell);
    this.observer.observe(element);
  }

  forget(element: Element): void {
    this.told.delete(element);
    this.observer.unobserve(element);
  }

  dispose(): void {
    this.observer.disconnect();
  }

  private seen(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const { target, isIntersecting } = entry;
      // Whoever is being used there must not lose it.
      if (isIntersecting || !target.contains(document.activeElement)) {
        this.told.get(target)?.(isIntersecting);
      }
    }
  }

  private readonly observer: IntersectionObserver;
  private readonly told = new Map<Element, (isNear: boolean) => void>();
}
