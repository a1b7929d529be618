import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf, verdictsOf } from '../test-claim.ts';

const files = {
  'tests/core/test_encryption.py': `def test_encrypt_decrypt_round_trip():
    assert decrypt(encrypt(b"x")) == b"x"

def test_wrong_key_raises_error():
    pass
`,
  'infra.test.ts': `describe('docker-compose.prod.yml', () => {
  it('redis command includes --requirepass', () => {});
  it('postgres does not expose 5432 to host', () => {});
});
`,
};

describe('tests that a story says were written', () => {
  test.each([
    [
      'Add unit test in tests/core/test_encryption.py verifying round-trip correctness',
      'Add unit test in tests/core/test_encryption.py verifying key rotation',
    ],
    [
      'tests/core/test_encryption.py: encrypt→decrypt round-trip, wrong-key raises error',
      'tests/core/test_encryption.py: encrypt→decrypt round-trip, short ciphertext rejected',
    ],
  ])('%s / %s', (holds, neighbour) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: 'unproven' } });
  });

  test('a file that is not there is missing', () => expect(verdictOf('Add unit test in tests/core/test_tokens.py verifying expiry', files).is).toBe('unmet'));

  test('"Test:" is a test where a file with tests was named before, else something to do', () => {
    const story = (first: string) => `# Story

## Tasks / Subtasks

- [x] Task 1: Tests for the compose file
  - [x] 1.1 ${first}
  - [x] 1.2 Test: Redis command includes \`--requirepass\`
  - [x] 1.3 Test: volumes are named
`;
    const is = (first: string) => Array.from(verdictsOf(story(first), files).values(), (verdict) => verdict.is).slice(2);
    expect(is('Create infra.test.ts')).toEqual(['met', 'unproven']);
    expect(is('Draw a diagram')[0]).not.toBe('met');
  });

  test('shows the test', () => {
    expect(citedBy(verdictOf('Add unit test in tests/core/test_encryption.py verifying round-trip correctness', files))).toContain(
      'tests/core/test_encryption.py:1',
    );
  });
});
