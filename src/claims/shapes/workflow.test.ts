import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf, verdictsOf } from '../test-claim.ts';

const files = {
  '.github/workflows/ci.yml': `name: CI
on:
  pull_request:
    branches: [main]
  push:
    branches: [main]
    paths: ["backend/**"]
jobs:
  lint:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: "20" }
      - run: npm ci
        working-directory: web
      - run: npm run lint
        working-directory: web
      # - run: npx playwright test
  test:
    runs-on: ubuntu-latest
    needs: [lint]
    steps:
      - uses: actions/checkout@v4
      - run: uv run pytest -q
      - run: pip install mypy
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/acme/app:\${{ github.sha }}
        env: { TOKEN: "\${{ secrets.REGISTRY_TOKEN }}" }
`,
  'web/package.json': '{ "scripts": { "lint": "eslint . && npm run format", "format": "prettier --check ." } }',
};

describe('what a workflow must have', () => {
  test.each([
    [
      'Create .github/workflows/ci.yml with pull_request trigger on main branch',
      'Create .github/workflows/ci.yml with pull_request trigger on develop branch',
      'partial',
    ],
    ['ci.yml workflow is triggered on push to main', 'ci.yml workflow is triggered on push to master', 'unmet'],
    ['GitHub Actions workflow runs on pull requests', 'GitHub Actions workflow runs on a schedule', 'unmet'],
    ['.github/workflows/ci.yml: pytest, ESLint', '.github/workflows/ci.yml: pytest, mypy', 'partial'],
    ['.github/workflows/ci.yml: ESLint, Prettier check', '.github/workflows/ci.yml: ESLint, playwright', 'partial'],
    ['Add `lint` job to CI workflow: checkout, setup Node 20, run `npm ci`', 'Add `lint` job to CI workflow: checkout, setup Node 22, run `npm ci`', 'partial'],
    ['Add `lint` job to CI workflow: run `npm run lint` in `web/`', 'Add `test` job to CI workflow: run `npm run lint`', 'partial'],
    ['CI workflow job `test` needs lint', 'CI workflow job `lint` needs test', 'partial'],
    ['CI workflow uses docker/build-push-action to push to GHCR', 'CI workflow uses docker/build-push-action to push to ECR', 'partial'],
    ['CI workflow uses docker/build-push-action with secret REGISTRY_TOKEN', 'CI workflow uses docker/build-push-action with secret QUAY_TOKEN', 'partial'],
    ['CI workflow `lint` job: timeout 10 minutes', 'CI workflow `lint` job: timeout 15 minutes', 'partial'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('what a script of the repository may do proves nothing against a tool', () => {
    const script = { '.github/workflows/ci.yml': 'on: push\njobs:\n  a:\n    steps:\n      - run: ./scripts/check.sh\n' };
    expect(verdictOf('.github/workflows/ci.yml: pytest', script).is).not.toBe('partial');
    expect(verdictOf('.github/workflows/ci.yml: pytest', files).is).toBe('met');
  });

  test('a branch filter that is not there lets every branch in', () => {
    expect(
      verdictOf('CI workflow is triggered on push to main', { '.github/workflows/ci.yml': 'on: [push]\njobs: { a: { steps: [{ run: make }] } }\n' }).is,
    ).toBe('met');
  });

  test('the trigger of a When is a part of what Then claims', () => {
    const story = (branch: string) => `# Story

## Acceptance Criteria

1. Given the CI pipeline is configured, When a pull request is opened against ${branch}, Then GitHub Actions runs pytest and ESLint
`;
    expect(verdictsOf(story('main'), files).values().next().value?.is).toBe('met');
    expect(verdictsOf(story('release'), files).values().next().value?.is).toBe('partial');
  });

  test('shows the step', () => {
    expect(citedBy(verdictOf('.github/workflows/ci.yml: pytest', files))).toContain('.github/workflows/ci.yml:26');
  });
});
