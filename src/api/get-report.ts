import { z } from 'zod';
import { notFound, stateConflict } from '../errors.ts';
import { type FormatName, formats } from '../report/formats.ts';
import { ReviewReport } from '../report/schema.ts';
import { findReport, findReview } from '../store/reviews.ts';
import { Id } from './bodies.ts';
import { defineOperation } from './operation.ts';

/** Media types by format; one that is not named here is shown as plain text. */
const types: Partial<Record<string, string>> = {
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  sarif: 'application/sarif+json; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
};
const typeOf = (format: string): string => types[format] ?? 'text/plain; charset=utf-8';

const names = Object.keys(formats) as [FormatName, ...FormatName[]];

export const getReport = defineOperation({
  id: 'getReport',
  method: 'GET',
  path: '/reviews/:id/report.:format',
  summary: 'Read the report of a review that is done: byte for byte what the command line prints',
  scope: 'read',
  params: z.strictObject({ id: Id, format: z.enum(names) }),
  answers: { media: names.map(typeOf) },
  async run({ id, format }, { store, tenantId }) {
    const json = await findReport(store, tenantId, id, 'json');
    if (json === undefined) {
      const review = await findReview(store, tenantId, id);
      if (!review) throw notFound('review', id);
      throw stateConflict(`this review is ${review.state} and has no report`, 'Follow its events until it is done; a failed review says why.');
    }
    // Every format is a view of the stored JSON, so a format that is added later shows old reviews too.
    const body = format === 'json' ? json : (await formats[format]()).review(ReviewReport.parse(JSON.parse(json)), { colour: false });
    return { type: typeOf(format), body };
  },
});
