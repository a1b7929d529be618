import { describe, expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { Inventory } from './inventory.ts';
import { isWorkload } from './resource.ts';
import { get, plain } from './yaml.ts';

const chart = { 'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n' };
const deployment = `{{- /* two
lines */ -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-api
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.api.replicas | default 1 }}
  {{- end }}
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.api.image.repository }}:{{ .Values.api.image.tag }}"
          {{- with .Values.api.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- range $name, $value := .Values.api.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
            - name: MODE
              value: {{ if eq .Values.mode "prod" }}full{{ else }}small{{ end }}
`;
const values =
  'mode: prod\nautoscaling: { enabled: false }\napi:\n  replicas: 3\n  image: { repository: acme/api, tag: "1.4" }\n  resources: { limits: { cpu: 500m } }\n  env: { A: b }\n';

const inventoryOf = (files: Readonly<Record<string, string>>) =>
  new Inventory(
    Object.keys(files),
    Object.entries(files).map(([path, text]) => new Source(path, text)),
  );
const objects = (template: string, own = values, more: Readonly<Record<string, string>> = {}) =>
  inventoryOf({ ...chart, 'chart/values.yaml': own, 'chart/templates/x.yaml': template, ...more }).withCharts.resources;

test('an object is what its template says with the default values, on the lines of the template', () => {
  const [api, ...more] = objects(deployment);
  expect(more).toEqual([]);
  if (!api || !isWorkload(api)) throw new Error('no workload');
  expect(api).toMatchObject({ kind: 'Deployment', name: 'shop…-api', replicas: 3, assumed: true });
  const [container] = api.containers;
  expect(container?.image?.reference).toBe('acme/api:1.4');
  expect(plain(get(container?.node, 'resources')!)).toEqual({ limits: { cpu: '500m' } });
  expect(container?.env.map(({ name, value }) => [name, value])).toEqual([['MODE', 'full']]); // what a loop writes is not known
  const replicas = get(api.node, 'spec', 'replicas')!;
  expect(replicas.source.lines(replicas.source.position(replicas.start).line)).toContain('.Values.api.replicas');
});

describe('what a condition guards', () => {
  const guarded = (condition: string) =>
    `{{- if ${condition} }}\napiVersion: v1\nkind: Secret\nmetadata: { name: a }\n{{- else if .Values.on }}\napiVersion: v1\nkind: Secret\nmetadata: { name: b }\n{{- end }}\n`;
  test.each([
    ['.Values.on', ['a']],
    ['.Values.off', ['b']],
    ['.Values.nothing', ['b']],
    ['and .Values.on (not .Values.off)', ['a']],
    ['or .Values.off .Values.on', ['a']],
    ['gt (.Values.count | int) 1', ['a']],
    ['.Capabilities.APIVersions.Has "batch/v1"', []],
    ['include "shop.enabled" .', []],
  ])('{{ if %s }}', (condition, names) => {
    expect(objects(guarded(condition), 'on: true\noff: false\ncount: 2\n').map(({ name }) => name)).toEqual(names);
  });
});

test('a chart around it gives other values', () => {
  const files = {
    ...chart,
    'chart/values.yaml': 'db: { size: 5Gi }\n',
    'chart/templates/NOTES.txt': '',
    'chart/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'chart/charts/db/values.yaml': 'size: 1Gi\nmode: ReadWriteOnce\n',
    'chart/charts/db/templates/pvc.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { size: {{ .Values.size }}, mode: {{ .Values.mode }} }\n',
  };
  const [made] = inventoryOf(files).withCharts.resources;
  expect(plain(get(made?.node, 'data')!)).toEqual({ size: '5Gi', mode: 'ReadWriteOnce' });
});

test.each([
  ['blocks that do not match', '{{ if .Values.on }}\nkind: Secret\n'],
  ['an action of several lines', 'apiVersion: v1\nkind: {{ printf\n "%s" "Secret" }}\nmetadata: { name: a }\n'],
  ['a line without end', `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n# ${'{{ "'.repeat(2_000)}\n`],
])('nothing is made of %s', (_, template) => {
  expect(objects(template)).toEqual([]);
});

test('what rules and plain files see has no object of a chart', () => {
  const inventory = inventoryOf({ ...chart, 'chart/values.yaml': values, 'chart/templates/x.yaml': deployment });
  expect(inventory.resources).toEqual([]);
  expect(inventory.unrendered).toEqual(['chart']);
});
