import { expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { inTurns, placeOfField } from './apply.ts';

const MANIFEST = `kind: Deployment
spec:
  replicas: two
  template:
    spec:
      containers:
        - name: a
          image: x
        - name: b
          imagePulPolicy: Never
          ports:
            - containerPort: 99999
`;
const node = parseYaml(new Source('d.yaml', MANIFEST)).documents[0]!;

test.each([
  ['spec.replicas', 3],
  ['spec.template.spec.containers[1].ports[0].containerPort', 12],
  ['spec.template.spec.containers[name="b"].imagePulPolicy', 10],
  ['spec.template.spec.containers[0].resources.requests', 7], // not there: the container it would be in
  ['metadata.name', 1],
])('the API server names %s', (field, line) => {
  expect(lineOf(placeOfField(node, field))).toBe(line);
});

test('so many at a time, and every one of them', async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await inTurns([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
