/**
 * A controller that aborts when `parent` does, until disposed. Not `AbortSignal.any`: whether what that gives lives until it fires depends on who
 * else holds it, and what waits for it may be a clone that hangs.
 */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#follow();
    else parent.addEventListener('abort', this.#follow);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  readonly #follow = (): void => this.#controller.abort(this.#parent.reason);

  [Symbol.dispose](): void {
    this.#parent.removeEventListener('abort', this.#follow);
  }
}
