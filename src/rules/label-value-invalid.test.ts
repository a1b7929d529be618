import { labelValueInvalid } from './label-value-invalid.ts';
import { deployment, object, testRule } from './test-rule.ts';

const config = (label: string) => object('v1', 'ConfigMap', 'web', `  labels:\n    a: ${label}\ndata: {}`);

testRule(labelValueInvalid, {
  passes: { 'a version': config('v1.2_rc-3'), empty: config('""'), '63 letters': config('a'.repeat(63)), 'filled in later': config('$TEAM/x') },
  fails: {
    'words with spaces': [config('the web team'), ['a: the web team', { object: 'ConfigMap/web', label: 'a', value: 'the web team' }]],
    'a slash': [config('shop/web'), 'a: shop/web'],
    'a dot at the end': [config('web.'), 'a: web.'],
    '64 letters': [config('a'.repeat(64)), `a: ${'a'.repeat(64)}`],
    'of a pod template': [deployment('web', { labels: 'app: web\nimage: shop/web' }), ['image: shop/web', { object: 'The pod template of Deployment/web' }]],
  },
});
