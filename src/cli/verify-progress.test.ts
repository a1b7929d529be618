import { expect, test } from 'vitest';
import type { VerifyProgress } from '../cluster/verify.ts';
import type { Host } from './host.ts';
import { verifyProgress } from './verify-progress.ts';

function host(isTerminal: boolean): { host: Host; written: () => string } {
  let text = '';
  const output = { isTerminal, write: async (more: string) => void (text += more) };
  return {
    host: { cwd: '/', env: {}, stdout: output, stderr: output, signal: new AbortController().signal, catchInterrupts: () => {} },
    written: () => text,
  };
}

const object = (name: string, is: 'ready' | 'waiting', because: string): VerifyProgress => ({
  is: 'object',
  object: name,
  status: { is, because, field: 'x' },
});
const events: readonly VerifyProgress[] = [
  { is: 'stage', stage: 'watching', namespace: 'proof-1' },
  object('Deployment/web', 'waiting', '0 of 1 replicas are ready'),
  object('Service/web', 'ready', '1 endpoints are ready'),
  { is: 'cause', object: 'Deployment/web', says: 'Image web:2 is not there\u001b[2J.' },
  { is: 'left', left: [{ object: 'Namespace/proof-1', because: 'its deletion has not finished', remove: 'ai-agents verify --clean' }] },
];

test('one line for each change where nobody watches, with its age and without control characters', async () => {
  const { host: here, written } = host(false);
  const { progress, end } = verifyProgress(here);
  for (const event of events) progress(event);
  await end();
  const lines = written().trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/^ +\d+\.\ds {2}/, ''))).toEqual([
    'watching in proof-1',
    'Deployment/web  waiting: 0 of 1 replicas are ready',
    'Service/web  ready: 1 endpoints are ready',
    expect.stringMatching(/^cause: Image web:2 is not there.+\.$/),
    'left behind: Namespace/proof-1: its deletion has not finished; remove it with: ai-agents verify --clean',
  ]);
  expect(written()).not.toContain('\u001b');
});

test('on a terminal one line for each object that is not ready, drawn over; causes and what was left stay', async () => {
  const { host: here, written } = host(true);
  const { progress, end } = verifyProgress(here);
  for (const event of events) progress(event);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(written().replaceAll('\u001b[K', '')).toMatch(
    /watching in proof-1, 1 of 2 ready, 0\.\ds\n {2}Deployment\/web {2}waiting: 0 of 1 replicas are ready {2}0\.\ds\n/,
  );
  expect(written()).not.toContain('Service/web');
  await end();
  const kept = written().slice(0, written().indexOf('watching in'));
  expect(kept).toContain('cause: Image web:2');
  expect(written().endsWith('\u001b[2A\u001b[J')).toBe(true);
});
