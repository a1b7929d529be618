import { z } from 'zod';

// The published form of a report (docs/review.schema.json). Keys stand in the order in which they are written.

const line = z.int().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const severity = z.enum(['high', 'medium', 'low']);

const FileEvidence = z
  .strictObject({
    path: z.string(),
    lines: z.tuple([line, line]).describe('first and last line, inclusive'),
    quote: z.string().describe('the text of these lines'),
    sha256: sha256.describe('of the whole file'),
  })
  .describe('what a file says');

const RuntimeEvidence = z
  .strictObject({
    object: z.string().describe('such as Deployment/api'),
    field: z.string().describe('such as status.readyReplicas'),
    value: z.string(),
    at: z.iso.datetime({ offset: true }),
    sha256: sha256.describe('of the four other fields'),
  })
  .describe('what a cluster answered');

const ClaimReport = z.strictObject({
  id: z.string().describe('as the story numbers it: AC1, T2.3, F1.2'),
  kind: z.enum(['criterion', 'task', 'subtask', 'follow-up']),
  text: z.string().describe("the claim's own words, Markdown marks removed"),
  path: z.string(),
  line,
  ticked: z.boolean().nullable().describe('null where there is no box'),
  parent: z.string().nullable(),
  verdict: z
    .enum(['met', 'partial', 'unmet', 'unproven', 'not-run', 'failed'])
    .describe('unproven: looked, and it does not decide; not-run: only a cluster or a run can tell; failed: could not look'),
  because: z.string(),
  checks: z.array(z.strictObject({ is: z.string(), says: z.string() })).describe('what the claim was read as'),
  evidence: z.array(z.union([FileEvidence, RuntimeEvidence])).describe('never empty for met, partial and unmet'),
});

const FindingReport = z.strictObject({
  rule: z.string(),
  severity,
  path: z.string(),
  line,
  column: line,
  message: z.string(),
  fix: z.string(),
  accepted: z.string().optional().describe("the author's reason, where a comment accepts the finding: it does not count"),
});

const ProblemReport = z.strictObject({
  path: z.string(),
  line: line.optional(),
  code: z.string().describe('see docs/errors.md'),
  message: z.string(),
  hint: z.string(),
});

const ActionItem = z.strictObject({
  kind: z.enum(['fix', 'repair', 'prove', 'run']).describe('change the deployment, make a file readable, state a check in the story, confirm on a cluster'),
  severity,
  text: z.string(),
  path: z.string(),
  line,
  claim: z.string().optional(),
  rule: z.string().optional(),
});

const bound = {
  version: z.literal(1).describe('of this format'),
  reviewer: z.string().describe('program and version'),
  commit: z.string().nullable().describe('null before the first commit, and outside a repository'),
  dirty: z.boolean().describe('whether files differ from the commit'),
};
const ProofReport = z
  .strictObject({
    id: z.string(),
    outcome: z.enum(['proven', 'refuted', 'unproven']),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    commit: z.string().nullable().describe('that the manifests were applied from'),
    dirty: z.boolean(),
    cluster: z.strictObject({ context: z.string(), version: z.string().describe('of the API server') }),
    images: z
      .array(z.strictObject({ image: z.string(), digest: z.string(), containers: z.array(z.string()) }))
      .describe('that really ran, with the digests that the node resolved them to'),
    files: z.array(z.strictObject({ path: z.string(), sha256 })).describe('the manifests that were applied'),
  })
  .describe('the run on a cluster that decided what only a run can decide; absent when there was none, or it was of other files');
const files = z.array(z.strictObject({ path: z.string(), sha256 })).describe('every file that is cited');
const findings = z.array(FindingReport).describe('worst first');
const problems = z.array(ProblemReport).describe('files that could not be read');

/** A finished review as data: what `--format json` prints and every other format shows. */
export const ReviewReport = z.strictObject({
  ...bound,
  story: z.strictObject({ paths: z.array(z.string()), title: z.string(), dialect: z.string() }),
  claims: z.array(ClaimReport),
  findings,
  problems,
  files,
  proof: ProofReport.optional(),
  outcome: z.enum(['APPROVE', 'CHANGES REQUESTED', 'BLOCKED']),
  actionItems: z.array(ActionItem),
});

/** What `lint` found: the same without a story. */
export const LintReport = z.strictObject({ ...bound, findings, problems, files });

export type ReviewReport = z.infer<typeof ReviewReport>;
export type LintReport = z.infer<typeof LintReport>;
export type ClaimReport = z.infer<typeof ClaimReport>;
export type FindingReport = z.infer<typeof FindingReport>;
export type ProblemReport = z.infer<typeof ProblemReport>;
export type ProofReport = z.infer<typeof ProofReport>;
export type ActionItem = z.infer<typeof ActionItem>;
export type EvidenceReport = ClaimReport['evidence'][number];

/** The text of docs/review.schema.json: JSON Schema 2020-12. */
export const reviewSchema = (): string =>
  `${JSON.stringify({ ...z.toJSONSchema(ReviewReport), title: 'A review by ai-agents', $comment: 'Generated from src/report/schema.ts by `npx vitest run tests/cli-docs.test.ts -u`.' }, null, 2)}\n`;
