import { interrupted } from '../errors.ts';

/** What the program runs in: the process, or a test. */
export interface Host {
  /** absolute */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** what is piped in */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signal: AbortSignal;
  /**
   * From now on the first Ctrl-C or SIGTERM aborts `signal` and the second ends the process. Only for commands with something to clean up:
   * for all others the first one ends the process, even in the middle of a long computation.
   */
  catchInterrupts(): void;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Resolves when the text is handed over; a reader that went away is no error. */
  write(text: string): Promise<void>;
}

/** Whether ANSI colours are wanted there: https://no-color.org and https://force-color.org. */
export function wantsColour(output: Output, env: Host['env']): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return output.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** This process. */
export function thisProcess(): Host {
  const interruption = new AbortController();
  const catchInterrupts = () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort(interrupted()));
  };
  return {
    cwd: process.cwd(),
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    signal: interruption.signal,
    catchInterrupts,
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', () => {}); // told to whoever writes, below
  return {
    isTerminal: stream.isTTY === true,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => (error && error.code !== 'EPIPE' ? reject(error) : resolve()));
      }),
  };
}
