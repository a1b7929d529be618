import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf, verdictsOf } from './test-claim.ts';

const workflow = `name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm test
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: npm run lint
`;
const service = 'apiVersion: v1\nkind: Service\nmetadata: { name: api }\nspec: { ports: [{ port: 80 }] }\n';
const files = {
  '.github/workflows/ci.yml': workflow,
  'k8s/service.yaml': service,
  'README.md':
    '# Shop\n\n## Prerequisites\n\nA cluster.\n\n## Chart installation\n\nCommon ways: `helm install`, from the chart in the registry.\n\n### Issues\n\nReport them.\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: "1.4"\n',
  'scripts/build.sh': '#!/bin/bash\nset -e\ndocker build .\n',
  'tools.py': 'def add_task(user_id):\n    return user_id\n',
  '.dockerignore': '# build artifacts, documentation and dev-only files\nnode_modules\n',
};

describe('what is there shows less than the sentence says', () => {
  test.each([
    'CI workflow has test and deploy jobs',
    'CI workflow has a test job and a deploy job',
    'Add sed commands for Chart.yaml appVersion field update',
    'Make scripts/build.sh executable',
    'Add troubleshooting section for common chart installation issues in README.md',
    'Update README.md to remove the chart installation',
    'Document chart installation in README.md if behavior changes',
    "Enforce user_id in the 'add_task' tool in tools.py",
    'A .dockerignore shall exclude build artifacts, documentation, and dev-only files.',
    'The setup script shall be idempotent: it shall tear down and recreate.',
    'Create scripts/build.sh (lint, sign, push)',
    'The api Service exists (api-preview)',
    'Design health check procedures',
    'Add QUEUE_URL=https://queue.test/orders to .env',
  ])('%s', (claim) => {
    expect(verdictOf(claim, files).is).toBe('unproven');
  });

  test.each([
    'CI workflow has test and lint jobs',
    'CI workflow has a test job and a lint job',
    'Add prerequisites section to README.md',
    "Implement the 'add_task' tool in tools.py",
  ])('all of it is there: %s', (claim) => {
    expect(verdictOf(claim, files).is).toBe('met');
  });
});

test('what documents a guide that is not there is no section of another document', () => {
  const story = '# Story\n\n## Tasks\n\n- [x] 1. Create chart documentation\n  - [x] 1.1 Create chart/README.md\n  - [x] 1.2 Document prerequisites\n';
  const verdicts = Array.from(verdictsOf(story, files).values(), ({ is }) => is);
  expect(verdicts).toEqual(['unproven', 'unmet', 'unproven']);
});

test('a file of that name among examples is not the one that was made', () => {
  expect(verdictOf('Create docker-compose.yml', { 'examples/metrics/docker-compose.yml': 'services: {}\n', ...files }).is).toBe('unproven');
});

test('of several files of a name those in the project of the story are meant', () => {
  const story = '# Story\n\n## Tasks\n\n- [x] Create `k8s/service.yaml` with port 80\n';
  const [verdict] = verdictsOf(story, { 'a/k8s/service.yaml': service.replace('80', '90'), 'b/k8s/service.yaml': service }, 'b/docs/story.md').values();
  expect(verdict?.is).toBe('met');
  expect(citedBy(verdict!)).toEqual(expect.arrayContaining(['b/k8s/service.yaml:1']));
});

test('of several files of a name the one that is said to be for a part of the system is meant', () => {
  const images = { 'backend/Dockerfile': 'FROM python:3.12\n', 'frontend/Dockerfile': 'FROM node:24\n' };
  const frontend = verdictOf('Write Dockerfile for frontend (nginx + static build)', images);
  expect([frontend.is, citedBy(frontend)]).toEqual(['met', ['frontend/Dockerfile:1']]);
  expect(verdictOf('Write Dockerfile for workers', images).is).toBe('unproven');
  expect(verdictOf('Write Dockerfile for the application', images).is).toBe('met');
});

test('a name whose path stands in the same sentence is that file, and none of that name elsewhere', () => {
  const two = { 'one/k8s/service.yaml': service, 'two/k8s/service.yaml': service.replace('80', '90') };
  expect(citedBy(verdictOf('Create service.yaml with a Service on port 80 in one/k8s/service.yaml', two))).toEqual(
    expect.not.arrayContaining([expect.stringContaining('two/')]),
  );
});

test('patterns of branches and parts of names are no folders', () => {
  expect(verdictOf('The workflow filters for work/* and agent/* branches', files).because).not.toMatch(/in the repository/);
  expect(verdictOf('CNPG exposes <cluster>-rw/<cluster>-ro', files).because).not.toMatch(/in the repository/);
});

test('with whose help and by which plan it was made is no part of what is there', () => {
  expect(
    verdictOf('Create Dockerfile using Gordon AI in docker/Dockerfile as per plan.md (Already included in T013)', { 'docker/Dockerfile': 'FROM alpine:3.20\n' })
      .is,
  ).toBe('met');
});
