/** A few words to the person, where the question is typed. */

import { Signal } from '@lumino/signaling';

export class Notes {
  readonly changed = new Signal<this, void>(this);
  lines: readonly string[] = [];

  say(...lines: string[]): void {
    this.lines = lines;
    this.changed.emit();
  }

  clear(): void {
    if (this.lines.length > 0) {
      this.say();
    }
  }
}
