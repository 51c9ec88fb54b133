/**
 * All that this extension uses of the chat library. Nothing else imports it, so that a
 * move to another of its versions is a change of this file.
 */

import type { IMessageContent } from '@jupyter/chat';

import type { MessageDetails } from './sidebar/details';

export {
  AbstractChatModel,
  ChatCommandRegistry,
  ChatInput,
  ChatReactContext,
  InputModel,
  InputToolbarRegistry,
  JlThemeProvider,
  SelectionWatcher
} from '@jupyter/chat';

export type {
  ChatCommand,
  IAttachment,
  IChatCommandProvider,
  IChatCommandRegistry,
  IChatContext,
  IChatModel,
  IInputModel,
  IInputToolbarRegistry,
  IMessage,
  IMessageContent,
  INewMessage,
  ISelectionWatcher,
  IUser
} from '@jupyter/chat';

/** What a message has beyond its text. */
export function detailsOf(message: IMessageContent): MessageDetails | null {
  return (message.metadata as MessageDetails | undefined) ?? null;
}
