/**
 * Questions that a diagnosis has while it looks: each is asked once, in the background, and its answer is there when the diagnosis looks again.
 */
export class Inquiry {
  readonly #answers = new Map<string, { version: string | number; value: unknown }>();
  readonly #onAnswer: () => void;
  readonly #running = new Set<Promise<void>>();

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  /** The answer, or undefined while it is on its way. A question that could not be answered stays undefined: a cause must not rest on it. */
  ask<T>(key: string, question: () => Promise<T>): T | undefined {
    return this.askAgain(key, 0, question);
  }

  /**
   * As `ask`, for what may change: asked again whenever `version` is new, and answered with what was last known until then.
   * A key is always asked with the same sort of question.
   * @param enough an answer after which it need not be asked again
   */
  askAgain<T>(key: string, version: string | number, question: () => Promise<T>, enough: (answer: T) => boolean = () => false): T | undefined {
    const known = this.#answers.get(key);
    if (known && (known.version === version || (known.value !== undefined && enough(known.value as T)))) return known.value as T | undefined;
    this.#answers.set(key, { version, value: known?.value });
    const run = question().then(
      (value) => {
        this.#answers.set(key, { version, value });
        this.#onAnswer();
      },
      () => {},
    );
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
    return known?.value as T | undefined;
  }

  /** Resolves when no question is open. */
  async quiet(): Promise<void> {
    await Promise.all(this.#running);
  }
}
