import { describe, expect, test } from 'vitest';
import { citedBy, verdictOf } from '../test-claim.ts';

const files = {
  'k8s/runner.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: runner }
spec:
  selector: { matchLabels: { app: runner } }
  template:
    metadata: { labels: { app: runner } }
    spec:
      serviceAccountName: runner-account
      containers: [{ name: runner, image: "example/runner:1.0.0" }]
`,
  'k8s/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: runner-account }\nautomountServiceAccountToken: false\n',
  'k8s/role.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: pod-reader }
rules:
  - { apiGroups: [""], resources: [pods], verbs: [get, list, watch] }
  - { apiGroups: [""], resources: [pods/log], verbs: [get] }
  - { apiGroups: [batch], resources: [jobs], verbs: ["*"] }
`,
  'k8s/binding.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: runner-reads-pods }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: pod-reader }
subjects: [{ kind: ServiceAccount, name: runner-account }]
`,
};

describe('who may do what', () => {
  test.each([
    ['Create a Role that grants get, list and watch on pods', 'Create a Role that grants get, list and delete on pods', 'partial'],
    ['Role with permission to create and delete jobs', 'Role with permission to create and delete secrets', 'unmet'],
    ['Role with permission to get pod logs', 'Role with permission to watch pod logs', 'unmet'],
    ['Runner uses the runner-account ServiceAccount', 'Runner uses the worker-account ServiceAccount', 'unmet'],
    ['Runner has automountServiceAccountToken: false', 'Runner has automountServiceAccountToken: true', 'unmet'],
    ['RoleBinding binds pod-reader to runner-account', 'RoleBinding binds pod-writer to runner-account', 'partial'],
  ])('%s / %s', (holds, neighbour, verdict) => {
    expect({ claim: holds, is: verdictOf(holds, files) }).toMatchObject({ claim: holds, is: { is: 'met' } });
    expect({ claim: neighbour, is: verdictOf(neighbour, files) }).toMatchObject({ claim: neighbour, is: { is: verdict } });
  });

  test('cites the rule that lacks the verb', () => {
    expect(citedBy(verdictOf('Role with permission to watch pod logs', files))[0]).toBe('k8s/role.yaml:6');
  });
});
