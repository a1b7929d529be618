import type { LintReport, ReviewReport } from './schema.ts';

/** How one format writes what was found. */
export interface Format {
  review(report: ReviewReport, look: Look): string;
  lint(report: LintReport, look: Look): string;
}

export interface Look {
  /** whether ANSI colours are wanted */
  readonly colour: boolean;
}

/** Every format, by the name that `--format` takes; loaded when asked for. */
export const formats = {
  text: async () => (await import('./text.ts')).text,
  md: async () => (await import('./md.ts')).md,
  json: async () => (await import('./json.ts')).json,
} as const satisfies Record<string, () => Promise<Format>>;

export type FormatName = keyof typeof formats;
