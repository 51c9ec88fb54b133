/** The messages of a conversation, and how they are scrolled. */

import { caretDownIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';

import { Button } from '../button';
import type { IMessage } from '../chat-compat';
import { MessageView, Sight } from './message';
import type { Standing } from './model';
import { Scrolling } from './scrolling';
import { useSurroundings } from './surroundings';

export function Conversation(): JSX.Element {
  const { trans } = useSurroundings();
  const messages = useMessages();
  const { frame, content, sight, scrolling, isAtEnd } = useScrolling();
  return (
    <>
      <div
        ref={frame}
        className="jp-llmchat-scroll"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={trans.__('Conversation')}
      >
        <div ref={content} className="jp-llmchat-messages">
          <Beginning isEmpty={messages.length === 0} />
          {sight !== null &&
            messages.map(each => <MessageView key={each.id} message={each} sight={sight} />)}
          {messages.length > 0 && <Trouble />}
        </div>
      </div>
      {!isAtEnd && (
        <Button
          icon={caretDownIcon}
          className="jp-llmchat-to-end"
          title={trans.__('To the end')}
          onClick={() => scrolling.current?.toEnd()}
        />
      )}
    </>
  );
}

function Beginning({ isEmpty }: { isEmpty: boolean }): JSX.Element | null {
  const { trans } = useSurroundings();
  const { isLoading, hasOlder, problem } = useStanding();
  if (isLoading) {
    return <p className="jp-llmchat-quiet">{trans.__('Reading the conversation…')}</p>;
  }
  if (hasOlder || !isEmpty) {
    return null;
  }
  if (problem !== null) {
    return <Problem message={problem.message} hint={problem.hint} />;
  }
  return (
    <div className="jp-llmchat-welcome">
      <p>{trans.__('Ask about your notebook, your code, or anything else.')}</p>
      <p className="jp-llmchat-quiet">
        {trans.__('The model runs on this computer: nothing leaves it.')}
      </p>
    </div>
  );
}

/** Below what is shown: that is where somebody looks. */
function Trouble(): JSX.Element | null {
  const { problem } = useStanding();
  return problem && <Problem message={problem.message} hint={problem.hint} />;
}

function Problem({ message, hint }: { message: string; hint: string }): JSX.Element {
  const { model, service, trans } = useSurroundings();
  return (
    <div className="jp-llmchat-error" role="alert">
      <strong>{message}</strong> {hint}
      <div className="jp-llmchat-bottom">
        <Button
          className="jp-mod-framed"
          label={trans.__('Try again')}
          title={trans.__('Read the conversation again')}
          onClick={() => void model.load()}
        />
        <Button
          className="jp-mod-framed"
          label={trans.__('New conversation')}
          title={trans.__('Begin a new conversation')}
          onClick={() => service.setCurrentSession(null)}
        />
      </div>
    </div>
  );
}

function useMessages(): readonly IMessage[] {
  const { model } = useSurroundings();
  const [messages, setMessages] = useState<readonly IMessage[]>([...model.messages]);
  useEffect(() => {
    const look = (): void => setMessages([...model.messages]);
    model.messagesUpdated.connect(look);
    look();
    return () => {
      model.messagesUpdated.disconnect(look);
    };
  }, [model]);
  return messages;
}

export function useStanding(): Standing {
  const { model } = useSurroundings();
  const [standing, setStanding] = useState(model.standing);
  useEffect(() => {
    const look = (): void => setStanding(model.standing);
    model.standingChanged.connect(look);
    look();
    return () => {
      model.standingChanged.disconnect(look);
    };
  }, [model]);
  return standing;
}

type Scrolled = {
  frame: React.RefObject<HTMLDivElement>;
  content: React.RefObject<HTMLDivElement>;
  sight: Sight | null;
  scrolling: React.RefObject<Scrolling>;
  isAtEnd: boolean;
};

function useScrolling(): Scrolled {
  const { model } = useSurroundings();
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const scrolling = useRef<Scrolling | null>(null);
  const [sight, setSight] = useState<Sight | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  useEffect(() => {
    const nearBeginning = (): void => {
      if (model.standing.hasOlder && !model.standing.isLoading) {
        void model.loadOlder();
      }
    };
    const seen = new Sight(frame.current!);
    const scrolled = new Scrolling(frame.current!, content.current!, {
      atEnd: setIsAtEnd,
      nearBeginning
    });
    const onAsked = (): void => {
      // Asked by a button that is gone in a moment.
      if (frame.current?.contains(document.activeElement)) {
        model.input.focus();
      }
      scrolled.toEnd();
    };
    let first = model.messages[0]?.id;
    const onMessages = (): void => {
      if (model.messages[0]?.id !== first) {
        first = model.messages[0]?.id;
        // Before React puts what is new into the page.
        scrolled.hold();
      }
    };
    model.asked.connect(onAsked);
    model.messagesUpdated.connect(onMessages);
    scrolling.current = scrolled;
    setSight(seen);
    return () => {
      model.asked.disconnect(onAsked);
      model.messagesUpdated.disconnect(onMessages);
      seen.dispose();
      scrolled.dispose();
    };
  }, [model]);
  return { frame, content, sight, scrolling, isAtEnd };
}
