import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { isTestPath, testNamesOf } from './test-names.ts';

const read = (path: string, text: string) => testNamesOf(new Source(path, text)).map(({ text: name, place }) => [name, lineOf(place)]);

describe('testNamesOf', () => {
  test('Python: functions, their class and docstring, fixtures; no helpers', () =>
    expect(
      read(
        'tests/test_x.py',
        'def helper():\n    pass\n@pytest.fixture\ndef client():\n    yield 1\nclass TestLogin:\n    async def test_wrong_key_raises(self):\n        """Decrypting fails."""\ndef test_last():\n    pass\n',
      ),
    ).toEqual([
      ['client', 4],
      ['Test Login test wrong key raises Decrypting fails.', 7],
      ['test last', 9],
    ]));
  test('JavaScript: titles with those of their groups', () =>
    expect(
      read(
        'a.test.ts',
        "describe('compose', () => {\n  it.each([1])('has %s ports', () => {});\n  test(`restarts`, f);\n});\ntest('alone', f);\nnot('a test');\n",
      ),
    ).toEqual([
      ['compose has %s ports', 2],
      ['compose restarts', 3],
      ['alone', 5],
    ]));
  test.each(['test_a.py', 'a/b_test.py', 'x.spec.ts', 'src/__tests__/x.js'])('%s has tests', (path) => expect(isTestPath(path)).toBe(true));
  test.each(['a.py', 'contest.ts', 'tests.md'])('%s has none', (path) => expect(isTestPath(path)).toBe(false));
});
