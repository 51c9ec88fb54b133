/** What would go along with the question that is being typed, as it is shown. */

import { Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';

import type { Api } from '../api';
import type { ContextPart, SeenContext } from '../protocol';
import type { Collected, IContextSource, IContextSources } from '../tokens';
import type { Workplace } from './workplace';

export type Item = {
  source: IContextSource;
  /** null if it may be sent. */
  unavailable: string | null;
  /** Parts that it would send now. */
  count: number;
};

export type Preview = {
  /** As the model gets them: without secrets. */
  parts: readonly ContextPart[];
  failed: readonly string[];
  /** Why it cannot be shown. */
  problem: string;
};

export type ViewOptions = {
  api: Api;
  context: IContextSources;
  workplace: Workplace;
  /** What is being typed. */
  question: () => string;
  /** Whether anybody sees it. */
  isVisible: () => boolean;
};

const WAIT_MS = 400;
const NOTHING: Preview = { parts: [], failed: [], problem: '' };

export class ContextView implements IDisposable {
  constructor(private readonly options: ViewOptions) {
    options.context.changed.connect(this.onSources, this);
    options.workplace.changed.connect(this.request, this);
    this.debouncer = new Debouncer(() => this.refresh(), WAIT_MS);
    this.request();
  }

  readonly changed = new Signal<this, void>(this);
  /** Parts and what failed, of all that is on. */
  collected: Collected = { parts: [], failed: [] };
  preview: Preview = NOTHING;

  get isOpen(): boolean {
    return this.open;
  }

  get isDisposed(): boolean {
    return this.debouncer.isDisposed;
  }

  /** Those that can be turned on and off. */
  get items(): Item[] {
    const { sources } = this.options.context;
    return sources
      .filter(each => each.isFixed !== true)
      .map(source => ({
        source,
        unavailable: source.unavailable?.() ?? null,
        count: this.counts.get(source.id) ?? 0
      }));
  }

  get chars(): number {
    return this.collected.parts.reduce((sum, each) => sum + each.text.length, 0);
  }

  dispose(): void {
    this.debouncer.dispose();
    Signal.clearData(this);
  }

  toggle(source: IContextSource): void {
    this.options.context.toggle(source.id, !source.enabled);
  }

  setOpen(open: boolean): void {
    this.open = open;
    this.changed.emit();
    void this.refresh();
  }

  /** Soon, as something has changed. */
  request(): void {
    if (!this.isDisposed) {
      this.debouncer.invoke().catch(() => undefined);
    }
  }

  async refresh(): Promise<void> {
    if (this.isDisposed || !this.options.isVisible()) {
      return;
    }
    const turn = ++this.turn;
    // While nobody looks at the parts, the kernel is not asked anew for every word.
    const question = this.open ? this.options.question() : '';
    const collected = await this.options.context.collect(question);
    const preview = this.open ? await this.seen(collected) : NOTHING;
    if (turn === this.turn && !this.isDisposed) {
      this.count(collected);
      this.collected = collected;
      this.preview = preview;
      this.changed.emit();
    }
  }

  private count({ parts }: Collected): void {
    this.counts.clear();
    const kinds = new Map<string, number>();
    for (const { kind } of parts) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    this.options.context.sources.forEach(({ id }) => this.counts.set(id, kinds.get(id) ?? 0));
  }

  /** What the server makes of it: there secrets are hidden, before a model sees them. */
  private async seen({ parts, failed }: Collected): Promise<Preview> {
    if (parts.length === 0) {
      return { ...NOTHING, failed };
    }
    try {
      const body = { context: parts };
      const { context } = await this.options.api.send<SeenContext>('POST', 'context', body);
      return { parts: context, failed, problem: '' };
    } catch (error) {
      return { parts: [], failed, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private onSources(): void {
    this.changed.emit();
    this.request();
  }

  private readonly debouncer: Debouncer;
  private readonly counts = new Map<string, number>();
  private open = false;
  private turn = 0;
}
