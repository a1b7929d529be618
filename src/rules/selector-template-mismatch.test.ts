import { selectorTemplateMismatch } from './selector-template-mismatch.ts';
import { deployment, testRule } from './test-rule.ts';

const web = (selector: string, labels = 'app: web') => deployment('web', { spec: selector, labels });

testRule(selectorTemplateMismatch, {
  passes: {
    'some of the labels': web('selector: { matchLabels: { app: web } }', 'app: web\ntier: front'),
    'an expression': web('selector: { matchExpressions: [{ key: app, operator: In, values: [web] }] }'),
    'a Job, whose selector the cluster makes': deployment('web', { kind: 'Job' }),
    'an API version that takes the labels of the template': web('# selector: none').replace('apps/v1', 'extensions/v1beta1'),
    'a kustomization that adds both': {
      'web.yaml': web('# selector: kustomize adds it'),
      'kustomization.yaml': 'resources: [web.yaml]\ncommonLabels: { app: web }\n',
    },
  },
  fails: {
    'another value': [
      web('selector: { matchLabels: { app: wbe } }'),
      ['selector: { matchLabels: { app: wbe } }', { workload: 'Deployment/web', problem: 'does not select its own pods' }],
    ],
    'one label too many': [web('selector: { matchLabels: { app: web, tier: front } }'), 'selector: { matchLabels: { app: web, tier: front } }'],
    'an expression that does not hold': [
      web('selector: { matchExpressions: [{ key: app, operator: NotIn, values: [web] }] }'),
      'selector: { matchExpressions: [{ key: app, operator: NotIn, values: [web] }] }',
    ],
    none: [web('# selector: none'), ['spec:', { problem: 'has no selector' }]],
    'labels right under it': [web('selector: { app: web }'), ['selector: { app: web }', { problem: 'has labels right under selector, not under matchLabels' }]],
  },
});
