/** So many places; who comes when all are taken waits in line. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(number: number) {
    this.#free = number;
  }

  get free(): number {
    return this.#free;
  }

  /** A place, given back when disposed; undefined when the signal aborts first. */
  async take(signal: AbortSignal): Promise<Disposable | undefined> {
    while (this.#free === 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#waiting.push(wake);
      signal.addEventListener('abort', wake);
      await promise;
      signal.removeEventListener('abort', wake);
    }
    if (signal.aborted) return undefined;
    this.#free -= 1;
    return {
      [Symbol.dispose]: () => {
        this.#free += 1;
        this.#waiting.shift()?.();
      },
    };
  }
}
