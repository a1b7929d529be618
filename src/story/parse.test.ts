import { expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { parseStory } from './parse.ts';

const claimsOf = (text: string) => parseStory([new Source('story.md', text)]).claims;
const texts = (text: string) => claimsOf(text).map((claim) => claim.text);

test('an optional box (`- [ ]*`) is a box', () => {
  const claims = claimsOf('# Plan\n\n## Tasks\n\n- [x] 1.1 Write the chart\n- [ ]* 1.2 Write tests for it\n');
  expect(claims.map(({ id, text, ticked }) => [id, text, ticked])).toEqual([
    ['1.1', 'Write the chart', true],
    ['1.2', 'Write tests for it', false],
  ]);
});

test('each outcome of a criterion that is written as bullets is a statement of its own, with the list below it', () => {
  const claims = claimsOf(`# Story

## Acceptance Criteria

### AC1 - Cache

- **Given** the manifests
- **When** they are read
- **Then** the cache has one replica.
- **And** it keeps nothing:
  - no volume
  - no claim
`);
  expect(claims.map(({ text, parent }) => [text, parent])).toEqual([
    [expect.stringContaining('AC1 - Cache'), undefined],
    ['Then the cache has one replica.', 'AC1'],
    ['And it keeps nothing:', 'AC1'],
    ['no volume', claims[2]!.id],
    ['no claim', claims[2]!.id],
  ]);
});

test('a requirement in the style of EARS is a criterion without its id and its pattern; a remark that starts with an id is none', () => {
  const claims = claimsOf(
    '# Network\n\n**REQ-NET-001** (Ubiquitous)\nThe gateway shall listen on port 8443.\n\n**REQ-NET-002** (Ubiquitous)\nSee the design.\n',
  );
  expect(claims.map(({ id, text }) => [id, text])).toEqual([['REQ-NET-001', 'The gateway shall listen on port 8443.']]);
});

test('details below a detail that ends in a colon are statements, below another they explain it', () => {
  const list = (colon: string) => `# Plan\n\n## Tasks\n\n- [x] Create the Deployment\n  - Probes${colon}\n    - periodSeconds: 10\n`;
  expect(texts(list(':'))).toEqual(['Create the Deployment', 'Probes:', 'periodSeconds: 10']);
  expect(texts(list(''))).toEqual(['Create the Deployment', 'Probes']);
});
