import { LinkedAbort } from '../linked-abort.ts';

/** Aborts when another signal does, or after so many milliseconds. */
export class TimeLimit extends LinkedAbort {
  readonly #timer: NodeJS.Timeout;
  isOver = false;

  constructor(parent: AbortSignal, milliseconds: number) {
    super(parent);
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.abort();
    }, milliseconds).unref();
  }

  override [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    super[Symbol.dispose]();
  }
}
