/** Calls that come fast become few, and the last one is never lost. */

export class Throttle {
  constructor(
    private readonly run: () => void,
    private readonly gapMs: number
  ) {}

  /** Soon; at once if the last time is long enough ago. */
  request(): void {
    if (this.timer === 0) {
      const passed = Date.now() - this.last;
      this.timer = window.setTimeout(() => this.now(), Math.max(0, this.gapMs - passed));
    }
  }

  now(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.last = Date.now();
    this.run();
  }

  dispose(): void {
    window.clearTimeout(this.timer);
  }

  private timer = 0;
  private last = 0;
}
