/**
 * All that this extension uses of the chat library. Nothing else imports it, so that a
 * move to another of its versions is a change of this file.
 */

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
