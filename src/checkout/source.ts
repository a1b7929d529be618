import { createHash } from 'node:crypto';

/** One file's text as it was read once: offsets become lines only when somebody asks. */
export class Source {
  readonly path: string;
  readonly text: string;
  #starts: number[] | undefined;
  #sha256: string | undefined;

  /** @param sha256 only where the file has bytes that the text has not: a byte order mark */
  constructor(path: string, text: string, sha256?: string) {
    this.path = path;
    this.text = text;
    this.#sha256 = sha256;
  }

  /** SHA-256 of the file's bytes, in hex. */
  get sha256(): string {
    this.#sha256 ??= createHash('sha256').update(this.text).digest('hex');
    return this.#sha256;
  }

  get #lineStarts(): number[] {
    if (!this.#starts) {
      this.#starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
    }
    return this.#starts;
  }

  get lineCount(): number {
    const starts = this.#lineStarts;
    return starts.at(-1) === this.text.length && starts.length > 1 ? starts.length - 1 : starts.length;
  }

  /** 1-based line and column of an offset. */
  position(offset: number): { line: number; column: number } {
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** Offset where a 1-based line starts. */
  offsetOf(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  /** The text of the lines `from` to `to` (1-based, inclusive) without the last line break. */
  lines(from: number, to = from): string {
    return this.text.slice(this.offsetOf(from), this.offsetOf(to + 1)).replace(/\r?\n$/, '');
  }
}

/** A stretch of a source: where a value, a sentence or a command stands. */
export interface Place {
  readonly source: Source;
  /** offsets into `source.text`; `end` is exclusive */
  readonly start: number;
  readonly end: number;
}

export const lineOf = (place: Place): number => place.source.position(place.start).line;
