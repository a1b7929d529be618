/**
 * Questions that a diagnosis has while it looks: each is asked once, in the background, and its answer is there when the diagnosis looks again.
 */
export class Inquiry {
  readonly #answers = new Map<string, { value: unknown } | undefined>();
  readonly #onAnswer: () => void;
  readonly #running = new Set<Promise<void>>();

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  /** The answer, or undefined while it is on its way. A question that could not be answered stays undefined: a cause must not rest on it. */
  ask<T>(key: string, question: () => Promise<T>): T | undefined {
    if (this.#answers.has(key)) return this.#answers.get(key)?.value as T | undefined; // a key is always asked with the same question
    this.#answers.set(key, undefined);
    const run = question().then(
      (value) => {
        this.#answers.set(key, { value });
        this.#onAnswer();
      },
      () => {},
    );
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
    return undefined;
  }

  /** Resolves when no question is open. */
  async quiet(): Promise<void> {
    await Promise.all(this.#running);
  }
}
