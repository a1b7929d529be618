import { expect, test } from 'vitest';
import { exampleReview, exampleWording } from '../report/example-review.ts';
import { lintReportOf, reportOf } from '../report/report.ts';
import type { ClaimReport, FindingReport } from '../report/schema.ts';
import { lintExitCode, type ReviewLevel, reviewExitCode } from './fail-on.ts';

const report = reportOf(exampleReview(), exampleWording);
const finding = (severity: FindingReport['severity'], accepted?: string): FindingReport => ({ ...report.findings[0]!, severity, accepted });
const claim = (verdict: ClaimReport['verdict'], ticked: boolean | null = true): ClaimReport => ({ ...report.claims[0]!, verdict, ticked });

test.each<[string, { findings?: FindingReport[]; claims?: ClaimReport[] }, Record<ReviewLevel, 0 | 1>]>([
  ['nothing', {}, { high: 0, medium: 0, low: 0, unproven: 0 }],
  ['a high finding', { findings: [finding('high')] }, { high: 1, medium: 1, low: 1, unproven: 1 }],
  ['a medium finding', { findings: [finding('medium')] }, { high: 0, medium: 1, low: 1, unproven: 1 }],
  ['a low finding', { findings: [finding('low')] }, { high: 0, medium: 0, low: 1, unproven: 1 }],
  ['an accepted finding', { findings: [finding('high', 'known')] }, { high: 0, medium: 0, low: 0, unproven: 0 }],
  ['an unproven claim', { claims: [claim('unproven')] }, { high: 0, medium: 0, low: 0, unproven: 1 }],
  ['a claim that needs a cluster', { claims: [claim('not-run', null)] }, { high: 0, medium: 0, low: 0, unproven: 1 }],
  ['an open box that is not proven', { claims: [claim('unproven', false)] }, { high: 0, medium: 0, low: 0, unproven: 0 }],
  ['a claim that could not be looked at', { claims: [claim('failed')] }, { high: 1, medium: 1, low: 1, unproven: 1 }],
])('%s', (_, { findings = [], claims = [] }, expected) => {
  const levels = Object.keys(expected) as ReviewLevel[];
  expect(Object.fromEntries(levels.map((level) => [level, reviewExitCode({ ...report, findings, claims }, level)]))).toEqual(expected);
});

test('without a level the outcome decides', () => {
  expect(reviewExitCode({ ...report, outcome: 'APPROVE' })).toBe(0);
  expect(reviewExitCode({ ...report, outcome: 'CHANGES REQUESTED' })).toBe(1);
  expect(reviewExitCode({ ...report, outcome: 'BLOCKED' })).toBe(1);
});

test('lint: from medium on, and whatever could not be read', () => {
  const lint = lintReportOf(exampleReview(), exampleWording);
  expect(lintExitCode({ ...lint, findings: [finding('low')], problems: [] })).toBe(0);
  expect(lintExitCode({ ...lint, findings: [finding('medium')], problems: [] })).toBe(1);
  expect(lintExitCode({ ...lint, findings: [finding('medium')], problems: [] }, 'high')).toBe(0);
  expect(lintExitCode({ ...lint, findings: [] }, 'high')).toBe(1);
});
