// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell
import { expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { parseScript } from './shell.ts';
import { calls, flagValues, invocations } from './shell-invocations.ts';

const script = (text: string) => parseScript(new Source('run.sh', text));
const runs = (text: string) => invocations(script(text)).map(({ program, args }) => [program, ...args.map((word) => word.text)].join(' '));

test.each([
  ['sudo kubectl get pods', ['kubectl get pods']],
  ['timeout 60 kubectl wait x', ['kubectl wait x']],
  ['timeout -k 5 60s kubectl wait x', ['kubectl wait x']],
  ['env A=b /usr/local/bin/kubectl get x', ['kubectl get x']],
  ['k3s kubectl get x', ['kubectl get x']],
  ['minikube kubectl -- get x', ['kubectl get x']],
  ['minikube start', ['minikube start']],
  ['command -v kubectl', ['command -v kubectl']],
  ['K=kubectl\n$K get x', ['kubectl get x']],
  ['K="kubectl -n web"\n$K get x', ['kubectl -n web get x']],
  ['"${KUBECTL:-kubectl}" get x', ['kubectl get x']],
  ['$TOOL get x', ['$TOOL get x']],
  ['args=(upgrade web)\nargs+=(--atomic)\nhelm "${args[@]}"', ['helm upgrade web --atomic']],
  ['cmd=(helm upgrade web)\n"${cmd[@]}"', ['helm upgrade web']],
  ['run() { echo "+ $*"; "$@"; }\nrun kubectl get x', ['echo + $*', 'kubectl get x', 'run kubectl get x']],
  ['retry() { local n=$1; shift; "$@"; }\nretry 5 kubectl get x', ['local n=$1', 'shift', 'kubectl get x', 'retry 5 kubectl get x']],
  ['k() { kubectl -n web "$@"; }\nk get pods', ['kubectl -n web get pods', 'k get pods']],
])('%j runs %j', (text, expected) => {
  expect(runs(text)).toEqual(expected);
});

test.each([
  ['kubectl -n web get pods', ['get', 'pods|pod|po'], 1],
  ['kubectl get po -o wide', ['get', 'pods|pod|po'], 1],
  ['kubectl rollout status deploy/x --timeout=1m', ['rollout', 'status'], 1],
  ['kubectl --context kind wait pod/x', ['wait'], 1],
  ['kubectl get deployments', ['get', 'pods|pod|po'], 0],
  ['echo kubectl get pods', ['get', 'pods'], 0],
])('%j calls kubectl %j %i times', (text, words, times) => {
  expect(calls(script(text), 'kubectl', ...words)).toHaveLength(times);
});

test('finds the values of a flag however they are written', () => {
  const [invocation] = invocations(script('kubectl apply -f a -fb --filename c --filename=d -f=e --force'));
  expect(flagValues(invocation!.args, '-f', '--filename').map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e']);
});
