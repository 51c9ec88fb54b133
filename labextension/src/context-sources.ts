/** Which parts of the notebook go along with a question. */

import { Signal } from '@lumino/signaling';

import type { ContextPart } from './protocol';
import type { IContextSource, IContextSources } from './tokens';

export class ContextSources implements IContextSources {
  readonly changed: Signal<this, void> = new Signal<this, void>(this);

  get sources(): readonly IContextSource[] {
    return this.added;
  }

  add(source: IContextSource): void {
    this.added.push(source);
    this.changed.emit();
  }

  toggle(id: string, enabled: boolean): void {
    const source = this.added.find(each => each.id === id);
    if (source !== undefined && source.enabled !== enabled) {
      source.enabled = enabled;
      this.changed.emit();
    }
  }

  async collect(question = ''): Promise<{ parts: ContextPart[]; failed: string[] }> {
    const wanted = this.added.filter(each => each.enabled);
    const collected = await Promise.allSettled(wanted.map(each => each.collect(question)));
    const parts: ContextPart[] = [];
    const failed: string[] = [];
    collected.forEach((result, place) => {
      if (result.status === 'fulfilled') {
        parts.push(...result.value);
      } else {
        failed.push(wanted[place].label);
      }
    });
    return { parts, failed };
  }

  private readonly added: IContextSource[] = [];
}
