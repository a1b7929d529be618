// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell
import { describe, expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { appliedFiles, globMatches, scriptsRun } from './applied-files.ts';
import { parseScript } from './shell.ts';

const PATHS = new Set([
  'README.md',
  'k8s/namespace.yaml',
  'k8s/service-api.yaml',
  'k8s/service-db.yaml',
  'k8s/base/kustomization.yaml',
  'k8s/base/app.yml',
  'charts/web/Chart.yaml',
  'scripts/deploy.sh',
  'scripts/lib.sh',
  'scripts/extra.json',
]);
const script = (text: string, path = 'scripts/deploy.sh') => parseScript(new Source(path, text));
const applied = (text: string) => {
  const { files, unresolved } = appliedFiles(script(text), PATHS);
  return [...files.map(({ path }) => path), ...unresolved.map(() => '?')];
};

describe('appliedFiles', () => {
  test.each([
    ['kubectl apply -f k8s/namespace.yaml', ['k8s/namespace.yaml']],
    ['kubectl apply --filename=k8s/namespace.yaml,k8s/service-db.yaml', ['k8s/namespace.yaml', 'k8s/service-db.yaml']],
    ['kubectl create -f k8s/namespace.yaml', ['k8s/namespace.yaml']],
    ['kubectl -n x apply -f k8s/service-*.yaml', ['k8s/service-api.yaml', 'k8s/service-db.yaml']],
    ['for f in k8s/service-*.yaml; do kubectl apply -f "$f"; done', ['k8s/service-api.yaml', 'k8s/service-db.yaml']],
    ['files=(k8s/namespace.yaml k8s/service-db.yaml)\nfor f in "${files[@]}"; do kubectl apply -f "$f"; done', ['k8s/namespace.yaml', 'k8s/service-db.yaml']],
    ['kubectl apply -f k8s/', ['k8s/namespace.yaml', 'k8s/service-api.yaml', 'k8s/service-db.yaml']],
    ['kubectl apply -R -f k8s', ['k8s/namespace.yaml', 'k8s/service-api.yaml', 'k8s/service-db.yaml', 'k8s/base/kustomization.yaml', 'k8s/base/app.yml']],
    ['kubectl apply -f k8s/{namespace,service-db}.yaml', ['k8s/namespace.yaml', 'k8s/service-db.yaml']],
    ['kubectl apply -k k8s/base', ['k8s/base/kustomization.yaml']],
    ['kustomize build k8s/base | kubectl apply -f -', ['k8s/base/kustomization.yaml']],
    ['helm upgrade --install web ./charts/web --set a=b', ['charts/web/Chart.yaml']],
    ['helm template web charts/web | kubectl apply -f -', ['charts/web/Chart.yaml']],
    ['helm install db bitnami/postgresql', []],
    ['DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"\nkubectl apply -f "$DIR/../k8s/namespace.yaml"', ['k8s/namespace.yaml']],
    ['ROOT=$(git rev-parse --show-toplevel)\nkubectl apply -f $ROOT/k8s/namespace.yaml', ['k8s/namespace.yaml']],
    ['kubectl apply -f "$SOMEWHERE/k8s/namespace.yaml"', ['k8s/namespace.yaml']],
    ['kubectl apply -f "${1:-k8s/namespace.yaml}"', ['k8s/namespace.yaml']],
    ['cd k8s\nkubectl apply -f namespace.yaml', ['k8s/namespace.yaml']],
    ['kubectl apply -f extra.json', ['scripts/extra.json']],
    ['up() { kubectl apply -f "k8s/$1.yaml"; }\nup namespace\nup service-db', ['k8s/namespace.yaml', 'k8s/service-db.yaml']],
    ['envsubst < k8s/namespace.yaml | kubectl apply -f -', ['k8s/namespace.yaml']],
    ['sed "s/a/$B/" k8s/namespace.yaml | tee /dev/stderr | kubectl apply -f -', ['k8s/namespace.yaml']],
    ['T=$(mktemp)\nsed s/a/b/ k8s/namespace.yaml > "$T"\nkubectl apply -f "$T"', ['k8s/namespace.yaml']],
  ])('%j applies %j', (text, expected) => {
    expect(applied(text)).toEqual(expected);
  });

  test.each([
    ['a dry run', 'kubectl apply -f k8s/namespace.yaml --dry-run=client'],
    ['another verb', 'kubectl delete -f k8s/namespace.yaml'],
    ['a URL', 'kubectl apply -f https://example.com/x.yaml'],
    ['a here-document', 'kubectl apply -f - <<EOF\nkind: Pod\nEOF'],
    ['a here-document through a pipe', 'cat <<EOF | kubectl apply -f -\nkind: Pod\nEOF'],
    ['a here-document in a temporary file', 'T=$(mktemp)\ncat > "$T" <<EOF\nkind: Pod\nEOF\nkubectl apply -f "$T"'],
    ['an object made on the way', 'kubectl create ns x --dry-run=client -o yaml | kubectl apply -f -'],
    ['a file that is not in the repository', 'kubectl apply -f /tmp/x.yaml'],
    ['words', 'echo kubectl apply -f k8s/namespace.yaml'],
  ])('%s is nothing of the repository', (_, text) => {
    expect(applied(text)).toEqual([]);
  });

  test.each([
    ['an argument', 'kubectl apply -f "$1"'],
    ['a program that writes manifests', './render | kubectl apply -f -'],
    ['standard input of the script', 'kubectl apply -f -'],
    ['a temporary file that something else fills', 'T=$(mktemp)\n./render > "$T"\nkubectl apply -f "$T"'],
    ['text that becomes a command', 'eval "$CMD"'],
  ])('%s is not told by the script', (_, text) => {
    expect(applied(text)).toEqual(['?']);
  });

  test('names the command that applies', () => {
    const [file] = appliedFiles(script('echo\nkubectl apply -f k8s/namespace.yaml'), PATHS).files;
    expect(file?.command.place.source.position(file.command.place.start)).toEqual({ line: 2, column: 1 });
    expect(file?.as).toBe('file');
  });
});

test.each([
  ['./scripts/lib.sh', ['scripts/lib.sh']],
  ['. "$(dirname "$0")/lib.sh"', ['scripts/lib.sh']],
  ['source $HERE/lib.sh', ['scripts/lib.sh']],
  ['bash lib.sh', ['scripts/lib.sh']],
  ['/usr/bin/env lib.sh', []],
])('%j runs %j', (text, expected) => {
  expect(scriptsRun(script(text), PATHS).map(({ path }) => path)).toEqual(expected);
});

test.each([
  ['*.yaml', 'a.yaml', true],
  ['*.yaml', 'k8s/a.yaml', false],
  ['k8s/*', 'k8s/a.yaml', true],
  ['k8s/*', 'k8s/base/a.yaml', false],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['[0-9]*-x', '03-x', true],
  ['[!0-9]*', '3', false],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyy', false],
  ['[', '[', true],
])('glob %s matches %s: %s', (glob, path, matches) => {
  expect(globMatches(glob, path)).toBe(matches);
});

test('a hostile glob costs no more than the product of both lengths', () => {
  const started = performance.now();
  expect(globMatches(`${'a*'.repeat(500)}b`, 'a'.repeat(5_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_000);
});
