/** What commands and toolbar items of the input see of the conversation. */

import type { AbstractChatModel, IChatContext, IMessageContent, IUser } from '../chat-compat';

type Seen = AbstractChatModel & { readonly user: IUser };

export class ChatContext implements IChatContext {
  constructor(private readonly model: Seen) {}

  readonly users: IUser[] = [];

  get name(): string {
    return this.model.name;
  }

  get user(): IUser {
    return this.model.user;
  }

  get messages(): IMessageContent[] {
    return this.model.messages.map(each => ({ ...each.content }));
  }
}
