import { type Place, Source } from '../checkout/source.ts';
import { quote, type Verdict } from '../checks/verdict.ts';
import { fileTooLarge, yamlBroken } from '../errors.ts';
import type { JudgedClaim, Review } from '../review/review.ts';
import type { Claim } from '../story/story.ts';

/** A finished review for tests, with one claim of every verdict. `hostile` replaces every text that a repository under review chooses. */
export function exampleReview(hostile?: string): Review {
  const words = (text: string) => hostile ?? text;
  const story = new Source(hostile ? `${hostile}.md` : 'docs/story.md', Array.from({ length: 40 }, (_, line) => words(`line ${line + 1}`)).join('\n'));
  const manifest = new Source(hostile ? `${hostile}.yaml` : 'k8s/api.yaml', words('kind: Deployment\nmetadata:\n  name: api\nspec:\n  replicas: 1'));
  const evidence = [quote(line(manifest, 1))] as const;
  const more = [
    quote(line(manifest, 1)),
    quote({ source: manifest, start: 0, end: manifest.text.length }),
    quote(line(manifest, 2)),
    quote(line(manifest, 3)),
  ] as const;
  let next = 0;
  const judged = (id: string, kind: Claim['kind'], ticked: boolean | null, text: string, verdict: Verdict, parent?: string): JudgedClaim => ({
    claim: { id, kind, text: words(text), markdown: words(text), place: line(story, ++next), ticked, parent, assertions: [] },
    checks: [{ is: 'unread', says: words('Deployment/api is there'), aside: false }],
    verdict,
    resolutions: [
      {
        kinds: ['Deployment'],
        words: [words('the workers')],
        by: 'name',
        found: [{ kind: 'Deployment', name: words('worker') }],
        others: [{ kind: 'Deployment', name: words('api') }],
      },
    ],
  });
  const because = words('the file says it');
  const at = line(manifest, 3);
  return {
    commit: '0123456789abcdef0123456789abcdef01234567',
    dirty: true,
    story: { paths: [story.path], title: words('Story 1.6: Create Kubernetes Deployment Manifests'), dialect: 'bmad', claims: [], problems: [] },
    claims: [
      judged('AC1', 'criterion', null, 'Namespace manifest created', { is: 'met', because, evidence }),
      judged('AC2', 'criterion', null, 'Deployments have limits', { is: 'partial', because, evidence: more }),
      judged('AC3', 'criterion', null, 'A ConfigMap exists', { is: 'unmet', because, evidence }),
      judged('AC4', 'criterion', null, 'All manifests apply', { is: 'not-run', because, evidence: [] }),
      judged('AC5', 'criterion', null, 'Code is clean', { is: 'unproven', because, evidence: [] }),
      judged('AC6', 'criterion', null, 'Values are documented', {
        is: 'failed',
        because,
        problem: fileTooLarge(words('big.yaml'), 2, 1),
        evidence: [],
      }),
      judged('AC7', 'criterion', null, 'Pods are ready', {
        is: 'met',
        because,
        evidence: [{ object: words('Deployment/api'), field: 'status.readyReplicas', value: words('2'), at: '2026-01-02T03:04:05Z', sha256: 'a'.repeat(64) }],
      }),
      judged('T1', 'task', true, 'Task 1: Create the namespace', { is: 'partial', because, evidence }),
      judged('T1.1', 'subtask', true, 'Create k8s/namespace.yaml', { is: 'met', because, evidence }, 'T1'),
      judged('T1.2', 'subtask', true, 'Apply it', { is: 'not-run', because, evidence: [] }, 'T1'),
      judged('T1.3', 'subtask', true, 'Label it', { is: 'unmet', because, evidence }, 'T1'),
      judged('T2', 'task', false, 'Task 2: Later work', { is: 'unmet', because, evidence }),
      judged('F1.1', 'follow-up', true, 'Pin the image', { is: 'met', because, evidence }),
    ],
    findings: [
      { rule: 'task-not-done', severity: 'high', at: line(story, 11), args: { claim: 'T1.3' } },
      { rule: 'criterion-missing', severity: 'high', at: line(story, 3), args: { claim: 'AC3' } },
      { rule: 'criterion-partial', severity: 'medium', at: line(story, 2), args: { claim: 'AC2' } },
      { rule: 'image-tag-latest', severity: 'medium', at, args: { image: words('api:latest') } },
      { rule: 'image-tag-latest', severity: 'medium', at, args: { image: words('db:latest') }, accepted: words('a test database') },
      { rule: 'image-digest-missing', severity: 'low', at, args: { image: words('api:1.0') } },
    ],
    problems: [{ path: words('k8s/broken.yaml'), line: 3, problem: yamlBroken(words('k8s/broken.yaml'), 3, new Error(words('bad indentation'))) }],
    files: new Map([[manifest.path, manifest.sha256]]),
    proof: {
      id: '89abcdef',
      outcome: 'refuted',
      startedAt: '2026-01-02T03:04:00.000Z',
      endedAt: '2026-01-02T03:05:00.000Z',
      commit: '0123456789abcdef0123456789abcdef01234567',
      dirty: true,
      files: { [manifest.path]: manifest.sha256 },
      cluster: { context: words('kind-test'), version: words('v1.34.4') },
      images: [{ image: words('api:1.0'), digest: words(`docker.io/library/api@sha256:${'c'.repeat(64)}`), containers: [words('Deployment/api api')] }],
    },
    outcome: 'BLOCKED',
  };
}

const WORDINGS = new Map([
  ['task-not-done', { says: '{claim} is ticked and not done.', fix: 'Do it, or clear the box.' }],
  ['criterion-missing', { says: '{claim} is missing.', fix: 'Implement it.' }],
  ['criterion-partial', { says: '{claim} is only partly implemented.', fix: 'Implement the rest.' }],
  ['image-tag-latest', { says: 'The image {image} moves.', fix: 'Name a version.' }],
  ['image-digest-missing', { says: 'The image {image} has no digest.', fix: 'Add one.' }],
]);

/** Words of the example's own: those of the rules may change without changing what a format does. */
export const exampleWording = (rule: string) => WORDINGS.get(rule);

function line(source: Source, number: number): Place {
  const start = source.offsetOf(number);
  return { source, start, end: start + source.lines(number).length };
}
