// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell
import { expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { parseScript } from './shell.ts';
import { usesOf } from './shell-uses.ts';

const uses = (text: string, name = '1') => usesOf(parseScript(new Source('run.sh', text)), name).map(({ command, how }) => `${how} ${command.name}`);

test.each([
  ['is only printed', 'C="${1:-kind}"\necho "Cluster: $C"', ['print echo']],
  ['reaches a command', 'C=$1\necho $C\nkubectl --context "$C" get pods', ['print echo', 'act kubectl']],
  ['is printed by a function', 'log() { echo "$1"; }\nlog "on $1"', ['print echo']],
  ['is printed by a function of a function', 'a() { b "$@"; }\nb() { printf "%s" "$2"; }\na x "$1"', ['print printf']],
  ['reaches a command through a function', 'use() { kind load --name "$2"; }\nuse x "$1"', ['act kind']],
  ['goes through main "$@"', 'main() { local c="$1"; helm install "$c"; }\nmain "$@"', ['act helm']],
  ['decides', 'if [ "$1" = kind ]; then kind load; fi\ncase $1 in a) ;; esac\n[[ $1 == b ]]', ['test [', 'test case', 'test [[']],
  ['goes through a pipe into a command', 'echo "$1" | kubectl apply -f -', ['act echo']],
  ['goes through a pipe of filters', 'echo "$1" | tr a-z A-Z | head -1', ['print echo']],
  ['goes through a substitution', 'L=$(echo "$1" | tr a b)\ncurl "$L"', ['print echo', 'act curl']],
  ['is written to a file', 'echo "$1" > config', ['act echo']],
  ['is printed to standard error', 'echo "$1" >&2', ['print echo']],
  ['names the file that output goes to', 'echo x > "$1"', ['act echo']],
  ['names the program', '"$1" apply', ['act $1']],
  ['is in a here-document that is shown', 'cat <<EOF\n$1\nEOF', ['print cat']],
  ['is in a here-document that is applied', 'kubectl apply -f - <<EOF\n$1\nEOF', ['act kubectl']],
  ['is exported', 'export KUBECONFIG=$1', ['act export']],
  ['is read into another', 'read -r a b <<<"$1"\necho $b', ['print echo']],
  ["is not a function's own parameter", 'f() { kubectl get "$1"; }\nf pods\necho $1', ['print echo']],
  ['is not used at all', 'echo hello', []],
])('an argument that %s', (_, text, expected) => {
  expect(uses(text)).toEqual(expected);
});

test('follows a variable by its name', () => {
  expect(uses('A=1\nB=$A\nkubectl scale --replicas="$B" x', 'A')).toEqual(['act kubectl']);
});
