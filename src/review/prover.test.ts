import { describe, expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import type { Check } from '../checks/check.ts';
import { type FileEvidence, quote, type Verdict } from '../checks/verdict.ts';
import { compileStory } from '../claims/compile.ts';
import { DISAGREEMENT, type LiveCheck } from '../cluster/check.ts';
import { Facts, Redactor } from '../cluster/evidence.ts';
import type { Proof, ProvenVerdict } from '../cluster/proof.ts';
import { Inventory } from '../manifest/inventory.ts';
import { placeOf } from '../manifest/resource.ts';
import { wordingOf } from '../report/wording.ts';
import { parseStory } from '../story/parse.ts';
import { liveProver, storedProver } from './prover.ts';
import type { OpenClaim } from './review.ts';

const manifest = (name: string) => new Source(`k8s/${name}.yaml`, `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec: {template: {}}\n`);
const sources = [manifest('web'), manifest('api')];
const inventory = new Inventory(
  sources.map(({ path }) => path),
  sources,
);
const [web, api] = inventory.resources.map((resource) => quote(placeOf(resource))) as [FileEvidence, FileEvidence];

const story = parseStory([
  new Source(
    'story.md',
    '# S\n\n## Acceptance Criteria\n\n1. `kubectl get pods` shows web running\n2. `kubectl get pods` shows api running\n3. `helm upgrade shop` succeeds\n',
  ),
]);
const notRun = { is: 'not-run', because: 'only a cluster can tell', evidence: [] } as const;
const open: readonly OpenClaim[] = compileStory(story, inventory).map((reading) => ({ ...reading, verdict: notRun }));

const facts = new Facts(new Redactor([]));
const verdict = (is: ProvenVerdict['is'], because: string, ...more: ProvenVerdict['evidence']): ProvenVerdict => ({
  is,
  because,
  evidence: [facts.fact('Deployment/x', 'status.readyReplicas', '1'), ...more],
});
const proof: Proof = {
  format: 'ai-agents proof 1',
  id: '1',
  outcome: 'refuted',
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:01:00Z',
  commit: 'c0ffee',
  dirty: false,
  files: Object.fromEntries(sources.map(({ path, sha256 }) => [path, sha256])),
  cluster: { context: 'test', version: 'v1.34.0' },
  namespaces: { default: 'proof-1' },
  images: [],
  objects: [
    { object: 'Deployment/web', at: web, verdict: verdict('unmet', 'Image web:2 is not there.'), changes: [] },
    { object: 'Deployment/api', at: api, verdict: verdict('met', 'it became ready'), changes: [] },
  ],
  causes: [
    {
      id: 'image-not-found',
      object: 'Deployment/web',
      says: 'Image web:2 is not there.',
      fix: 'Push it.',
      at: web,
      evidence: [],
      also: [],
      breaks: [],
      shown: null,
      named: '',
    },
  ],
  checks: [],
  guards: [],
  facts: [],
  live: [],
  leftBehind: [],
  took: { apply: 1, stable: 1, clean: 1, whole: 3 },
  requests: 1,
};
const brief = ({ findings }: { findings: readonly { rule: string; at: { source: Source } }[] }) => findings.map(({ rule, at }) => `${rule} ${at.source.path}`);

test('a stored proof answers the claims that it understands, and its causes are findings where they are to be repaired', async () => {
  const proven = await storedProver(proof, 'c0ffee')(open, inventory);
  expect(Array.from(proven.verdicts, ([id, { is }]) => `${id} ${is}`)).toEqual(['AC1 unmet', 'AC2 met', 'AC3 unproven']);
  expect(proven.findings).toMatchObject([{ rule: 'runtime-fault', severity: 'high', args: { because: 'Image web:2 is not there.', fix: 'Push it.' } }]);
  expect(proven.findings[0]!.at.source.position(proven.findings[0]!.at.start).line).toBe(web.lines[0]);
  expect(proven.proof).toMatchObject({ id: '1', commit: 'c0ffee', cluster: { version: 'v1.34.0' } });
});

test('one of another commit, or of other files, answers nothing and finds nothing', async () => {
  for (const [stored, commit] of [
    [proof, 'decaf'],
    [{ ...proof, files: { 'k8s/web.yaml': 'other' } }, 'c0ffee'],
  ] as const) {
    const { verdicts, findings, proof: counted } = await storedProver(stored, commit)(open, inventory);
    expect(counted).toBeUndefined();
    expect(Array.from(verdicts.values(), ({ is }) => is)).toEqual(['not-run', 'not-run', 'not-run']);
    expect(findings).toEqual([]);
  }
});

test('a run is asked once for what several claims ask', async () => {
  let asked: readonly LiveCheck[] = [];
  await liveProver(async (checks) => {
    asked = checks;
    return proof;
  })([...open, ...open], inventory);
  expect(asked.map(({ says }) => says)).toEqual(['Deployment/web becomes ready and stays so', 'Deployment/api becomes ready and stays so']);
});

test('what was refuted without a claim, unwell without a cause, or not as the policies say, is a finding; the fault of the cluster is none', async () => {
  const flow = { asks: 'traffic', from: 'Deployment/web', to: 'Deployment/api', port: 80, allowed: true, says: 'web reaches api' } as const;
  const found = async (changes: Partial<Proof>) => brief(await storedProver({ ...proof, causes: [], ...changes }, 'c0ffee')(open, inventory));
  expect(await found({})).toEqual(['runtime-not-ready k8s/web.yaml']);
  expect(await found({ objects: [], checks: [{ check: flow, verdict: verdict('unmet', 'silence') }] })).toEqual([]); // no place is known
  const objects = proof.objects.map((each) => ({ ...each, verdict: verdict('met', 'it became ready') }));
  expect(await found({ objects, checks: [{ check: flow, verdict: verdict('unmet', 'silence') }] })).toEqual(['runtime-refuted k8s/api.yaml']);
  const otherwise = verdict('met', 'it does', facts.fact('web → api', DISAGREEMENT, 'NetworkPolicy/api lets nobody in'));
  expect(await found({ objects, checks: [{ check: flow, verdict: otherwise }] })).toEqual(['policy-disagrees k8s/api.yaml']);
  const blamed = proof.objects.map((each) => ({ ...each, verdict: verdict('unproven', 'the webhook does not answer') }));
  expect(await found({ objects: blamed, causes: proof.causes })).toEqual([]);
});

describe('where traffic is not what the policies in the files say', () => {
  const flow = (allowed: boolean) => ({ asks: 'traffic', from: 'Deployment/web', to: 'Deployment/api', port: 80, allowed, says: 'traffic' }) as const;
  const otherwise = verdict('met', 'it is silent', facts.fact('web → api', DISAGREEMENT, 'NetworkPolicy/api allows this ingress'));
  const proven = (claim: OpenClaim, checks: Proof['checks']) => storedProver({ ...proof, causes: [], checks }, 'c0ffee')([claim], inventory);
  const claimed = (check: Check, own: Verdict): OpenClaim => ({ claim: story.claims[0]!, checks: [check], verdict: own });
  const asks = (live: LiveCheck): Check => ({ is: 'runtime', needs: 'a cluster', says: 'web cannot connect to api', refutedBy: [], live: [live] });

  test('a claim about what happens is unproven, with a finding', async () => {
    const claim = claimed(asks(flow(false)), notRun);
    const agreeing = await proven(claim, [{ check: flow(false), verdict: verdict('met', 'it is silent') }]);
    expect(agreeing.verdicts.get(claim.claim.id)?.is).toBe('met');
    const { verdicts, findings } = await proven(claim, [{ check: flow(false), verdict: otherwise }]);
    expect(verdicts.get(claim.claim.id)).toMatchObject({ is: 'unproven', because: expect.stringContaining('it is silent') });
    expect(findings.map(({ rule }) => rule)).toContain('policy-disagrees');
  });

  test('so is a claim that the files alone had shown, about the same pods', async () => {
    const own: Verdict = { is: 'met', because: 'the policy allows it', evidence: [web] };
    const onPort = (port: number) =>
      claimed({ is: 'flow', says: 'web reaches api', from: { anyone: true }, to: [{ path: api.path, kind: 'Deployment', name: 'api', at: [] }], port }, own);
    const checks = [{ check: flow(true), verdict: { ...otherwise, is: 'unmet' as const } }];
    expect((await proven(onPort(80), checks)).verdicts.get('AC1')?.is).toBe('unproven');
    expect((await proven(onPort(81), checks)).verdicts.size).toBe(0);
    expect((await proven(onPort(80), [{ check: flow(true), verdict: verdict('met', 'it answers') }])).verdicts.size).toBe(0);
  });
});

test('every finding of a proof has words', () => {
  for (const id of ['runtime-fault', 'runtime-not-ready', 'runtime-refuted', 'policy-disagrees']) expect(wordingOf(id)?.says).toMatch(/\{\w+\}/);
});
