import { describe, expect, test } from 'vitest';
import { runsWords } from './shell-words.ts';

describe('runsWords', () => {
  test.each([
    ['pytest', 'pytest'],
    ['uv run pytest --tb=short -q', 'pytest'],
    ['cd backend && poetry run ruff check .', 'ruff check'],
    ['kubectl -n=prod apply -f k8s/', 'kubectl apply'],
    ['if true; then\n  ./mvnw -B clean verify\nfi', 'mvnw clean verify'],
    ['docker push ghcr.io/x/y:${{ github.sha }}', 'docker push'],
  ])('%s runs %s', (text, words) => expect(runsWords(text, words.split(' '))).toBe(true));

  test.each([
    ['pip install pytest', 'pytest'],
    ['uv add pytest', 'pytest'],
    ['# pytest\ntrue', 'pytest'],
    ['echo pytest', 'pytest'],
    ['npm run lint', 'npm run build'],
    ['pytest-watch', 'pytest'],
  ])('%s does not run %s', (text, words) => expect(runsWords(text, words.split(' '))).toBe(false));
});
