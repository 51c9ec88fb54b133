/** Which parts of the notebook go along with a question. */

import { Signal } from '@lumino/signaling';

import type { Collected, IContextSource, IContextSources } from './tokens';

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

  async collect(question = ''): Promise<Collected> {
    const wanted = this.added.filter(each => each.enabled && !each.unavailable?.());
    const collected = await Promise.allSettled(wanted.map(each => each.collect(question)));
    const all: Collected = { parts: [], failed: [] };
    collected.forEach((result, place) => {
      if (result.status === 'rejected') {
        all.failed.push(named(wanted[place], result.reason));
        return;
      }
      const { value } = result;
      const { parts, failed } = Array.isArray(value) ? { parts: value, failed: [] } : value;
      all.parts.push(...parts);
      all.failed.push(...failed);
    });
    return all;
  }

  private readonly added: IContextSource[] = [];
}

function named({ label }: IContextSource, reason: unknown): string {
  const message = reason instanceof Error ? reason.message : '';
  return message === '' ? label : `${label} (${message})`;
}
