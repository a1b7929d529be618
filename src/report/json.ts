import type { Format } from './formats.ts';
import { visibleJson } from './visible.ts';

const print = (report: object): string => `${visibleJson(JSON.stringify(report, null, 2))}\n`;

/** The report as it is; docs/review.schema.json describes it. */
export const json: Format = { review: print, lint: print };
