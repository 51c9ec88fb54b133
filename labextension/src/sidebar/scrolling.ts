/** Where the conversation is scrolled to: it follows its end only for who is there. */

/** Pixels from the end that still count as there. */
const NEAR_END = 40;
/** Pixels from the beginning at which older messages are read. */
const NEAR_BEGINNING = 400;

export class Scrolling {
  constructor(
    private readonly frame: HTMLElement,
    private readonly content: HTMLElement,
    private readonly tell: { atEnd(isAtEnd: boolean): void; nearBeginning(): void }
  ) {
    this.resized = new ResizeObserver(() => this.grown());
    this.resized.observe(content);
    this.resized.observe(frame);
    frame.addEventListener('scroll', this.onScroll, { passive: true });
    this.toEnd();
  }

  toEnd(): void {
    this.isAtEnd = true;
    this.frame.scrollTop = this.frame.scrollHeight;
    this.tell.atEnd(true);
  }

  /** Before something is put above what is seen. */
  hold(): void {
    this.held = { top: this.frame.scrollTop, height: this.frame.scrollHeight };
  }

  dispose(): void {
    this.resized.disconnect();
    this.frame.removeEventListener('scroll', this.onScroll);
  }

  private grown(): void {
    const { frame, held } = this;
    if (this.isAtEnd) {
      frame.scrollTop = frame.scrollHeight;
    } else if (held !== null && frame.scrollHeight > held.height && frame.scrollTop === held.top) {
      // At the very top the browser does not keep what is seen in its place.
      frame.scrollTop = held.top + frame.scrollHeight - held.height;
      this.held = null;
    }
    this.lookUp();
  }

  private lookUp(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.frame;
    if (scrollTop < NEAR_BEGINNING && scrollHeight > clientHeight) {
      this.tell.nearBeginning();
    }
  }

  private readonly onScroll = (): void => {
    this.held = null;
    const { frame } = this;
    const left = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
    // Only a person scrolls up; down goes the page by itself as well.
    const isUp = frame.scrollTop < this.lastTop;
    this.lastTop = frame.scrollTop;
    // However little: the first step of a scroll that glides must not be taken back.
    const isAtEnd = isUp ? left < 2 : left < NEAR_END || this.isAtEnd;
    if (isAtEnd !== this.isAtEnd) {
      this.isAtEnd = isAtEnd;
      this.tell.atEnd(isAtEnd);
    }
    this.lookUp();
  };

  private isAtEnd = true;
  private lastTop = 0;
  private held: { top: number; height: number } | null = null;
  private readonly resized: ResizeObserver;
}
