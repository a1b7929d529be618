import { serviceAccountMissing } from './service-account-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

const web = (account: string, namespace?: string) => deployment('web', { pod: account, namespace });
const account = (name: string, namespace?: string) => object('v1', 'ServiceAccount', name, '', namespace);

testRule(serviceAccountMissing, {
  passes: {
    'an account of the set': web('serviceAccountName: web') + account('web'),
    'the default account': web('serviceAccountName: default'),
    none: web(''),
    'one that a script makes': { 'k8s/web.yaml': web('serviceAccountName: web'), 'setup.sh': 'eksctl create iamserviceaccount --name web --namespace shop\n' },
    'a chart may make it': web('serviceAccountName: web') + object('helm.cattle.io/v1', 'HelmChart', 'web'),
    'one of the same namespace, stated once': web('serviceAccountName: web') + account('web', 'shop'),
  },
  fails: {
    'another name': [web('serviceAccountName: wbe') + account('web'), ['serviceAccountName: wbe', { workload: 'Deployment/web', account: 'wbe' }]],
    'the old field': [web('serviceAccount: wbe'), 'serviceAccount: wbe'],
    'another namespace': [web('serviceAccountName: web', 'a') + account('web', 'b'), 'serviceAccountName: web'],
  },
});
