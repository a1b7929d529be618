import { pvcMissing } from './pvc-missing.ts';
import { deployment, object, testRule } from './test-rule.ts';

const web = (claim: string, namespace?: string) =>
  deployment('web', { pod: `volumes:\n  - name: data\n    persistentVolumeClaim:\n      claimName: ${claim}`, namespace });
const pvc = (namespace?: string) => object('v1', 'PersistentVolumeClaim', 'data', 'spec: {}', namespace);

testRule(pvcMissing, {
  passes: {
    'a claim of the set': web('data') + pvc(),
    'a claim that a StatefulSet makes':
      web('data-db-0') + deployment('db', { kind: 'StatefulSet', spec: 'volumeClaimTemplates: [{ metadata: { name: data }, spec: {} }]' }),
    'a claim of its own': deployment('web', { pod: 'volumes: [{ name: data, ephemeral: { volumeClaimTemplate: { spec: {} } } }]' }),
    'a chart may make it': web('data') + object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'nfs'),
  },
  fails: {
    'another name': [web('dta') + pvc(), ['claimName: dta', { workload: 'Deployment/web', claim: 'dta' }]],
    'another namespace': [web('data', 'a') + pvc('b'), 'claimName: data'],
  },
});
