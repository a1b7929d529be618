import pino, { type DestinationStream, type Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What a log line may never hold, however it came there: our tokens, bearer headers, and credentials in URLs. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\baia_[A-Za-z0-9_-]{20,}/g, 'aia_[hidden]'],
  [/\b(bearer|basic) +[A-Za-z0-9._~+/=-]{6,}/gi, '$1 [hidden]'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'/@\\]{1,500}@/gi, '$1[hidden]@'],
];

/** The same text with every secret that can be told by its form hidden. */
export const scrub = (text: string): string => secrets.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);

/**
 * The program's log: one JSON object a line. Names that mean a secret are censored as objects, and each finished line is scrubbed again,
 * because an error's message or a URL can carry what no name announces.
 * @param destination where lines go; standard error by default, so that standard output stays the answer's
 */
export function openLog(level: LogLevel, destination: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  const names = ['authorization', 'password', 'token', 'secret', 'privateKey', 'credential', 'hash'];
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorForLog },
      redact: { paths: names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
    },
    { write: (line: string) => destination.write(scrub(line)) },
  );
}

/** Drivers hang the query and its values on their errors; of those only the code is ours to write down. */
function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && { code: error.code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: errorForLog(error.cause) }),
  };
}
