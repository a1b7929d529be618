import { placeAt } from '../manifest/yaml.ts';
import { titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

interface Removal {
  /** the Kubernetes release that no longer serves it */
  readonly in: string;
  /** what replaces it; undefined when nothing does */
  readonly use: string | undefined;
}

/** https://kubernetes.io/docs/reference/using-api/deprecation-guide/, and the 1.16 and 1.21 release notes. */
const REMOVED: Readonly<Record<string, Removal>> = {
  'flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema': { in: '1.32', use: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration': { in: '1.32', use: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema': { in: '1.29', use: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta2 PriorityLevelConfiguration': { in: '1.29', use: 'flowcontrol.apiserver.k8s.io/v1' },
  'storage.k8s.io/v1beta1 CSIStorageCapacity': { in: '1.27', use: 'storage.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema': { in: '1.26', use: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration': { in: '1.26', use: 'flowcontrol.apiserver.k8s.io/v1' },
  'autoscaling/v2beta2 HorizontalPodAutoscaler': { in: '1.26', use: 'autoscaling/v2' },
  'autoscaling/v2beta1 HorizontalPodAutoscaler': { in: '1.25', use: 'autoscaling/v2' },
  'batch/v1beta1 CronJob': { in: '1.25', use: 'batch/v1' },
  'discovery.k8s.io/v1beta1 EndpointSlice': { in: '1.25', use: 'discovery.k8s.io/v1' },
  'events.k8s.io/v1beta1 Event': { in: '1.25', use: 'events.k8s.io/v1' },
  'node.k8s.io/v1beta1 RuntimeClass': { in: '1.25', use: 'node.k8s.io/v1' },
  'policy/v1beta1 PodDisruptionBudget': { in: '1.25', use: 'policy/v1' },
  'policy/v1beta1 PodSecurityPolicy': { in: '1.25', use: undefined },
  'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration': { in: '1.22', use: 'admissionregistration.k8s.io/v1' },
  'admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration': { in: '1.22', use: 'admissionregistration.k8s.io/v1' },
  'apiextensions.k8s.io/v1beta1 CustomResourceDefinition': { in: '1.22', use: 'apiextensions.k8s.io/v1' },
  'apiregistration.k8s.io/v1beta1 APIService': { in: '1.22', use: 'apiregistration.k8s.io/v1' },
  'certificates.k8s.io/v1beta1 CertificateSigningRequest': { in: '1.22', use: 'certificates.k8s.io/v1' },
  'coordination.k8s.io/v1beta1 Lease': { in: '1.22', use: 'coordination.k8s.io/v1' },
  'extensions/v1beta1 Ingress': { in: '1.22', use: 'networking.k8s.io/v1' },
  'networking.k8s.io/v1beta1 Ingress': { in: '1.22', use: 'networking.k8s.io/v1' },
  'networking.k8s.io/v1beta1 IngressClass': { in: '1.22', use: 'networking.k8s.io/v1' },
  'rbac.authorization.k8s.io/v1beta1 ClusterRole': { in: '1.22', use: 'rbac.authorization.k8s.io/v1' },
  'rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding': { in: '1.22', use: 'rbac.authorization.k8s.io/v1' },
  'rbac.authorization.k8s.io/v1beta1 Role': { in: '1.22', use: 'rbac.authorization.k8s.io/v1' },
  'rbac.authorization.k8s.io/v1beta1 RoleBinding': { in: '1.22', use: 'rbac.authorization.k8s.io/v1' },
  'scheduling.k8s.io/v1beta1 PriorityClass': { in: '1.22', use: 'scheduling.k8s.io/v1' },
  'storage.k8s.io/v1beta1 CSIDriver': { in: '1.22', use: 'storage.k8s.io/v1' },
  'storage.k8s.io/v1beta1 CSINode': { in: '1.22', use: 'storage.k8s.io/v1' },
  'storage.k8s.io/v1beta1 StorageClass': { in: '1.22', use: 'storage.k8s.io/v1' },
  'storage.k8s.io/v1beta1 VolumeAttachment': { in: '1.22', use: 'storage.k8s.io/v1' },
  'batch/v2alpha1 CronJob': { in: '1.21', use: 'batch/v1' },
  'apps/v1beta1 Deployment': { in: '1.16', use: 'apps/v1' },
  'apps/v1beta1 ReplicaSet': { in: '1.16', use: 'apps/v1' },
  'apps/v1beta1 StatefulSet': { in: '1.16', use: 'apps/v1' },
  'apps/v1beta2 DaemonSet': { in: '1.16', use: 'apps/v1' },
  'apps/v1beta2 Deployment': { in: '1.16', use: 'apps/v1' },
  'apps/v1beta2 ReplicaSet': { in: '1.16', use: 'apps/v1' },
  'apps/v1beta2 StatefulSet': { in: '1.16', use: 'apps/v1' },
  'extensions/v1beta1 DaemonSet': { in: '1.16', use: 'apps/v1' },
  'extensions/v1beta1 Deployment': { in: '1.16', use: 'apps/v1' },
  'extensions/v1beta1 NetworkPolicy': { in: '1.16', use: 'networking.k8s.io/v1' },
  'extensions/v1beta1 PodSecurityPolicy': { in: '1.16', use: undefined },
  'extensions/v1beta1 ReplicaSet': { in: '1.16', use: 'apps/v1' },
};

export const apiVersionDeprecated = defineRule({
  id: 'api-version-deprecated',
  severity: 'high',
  says: '{object} is written for {version}, which Kubernetes {release} removed.',
  because: 'A cluster of that release or a later one refuses the object.',
  fix: 'Use {replacement}, and adapt the fields that changed.',
  fails: 'api-version-deprecated/old-ingress.yaml',
  passes: 'api-version-deprecated/new-ingress.yaml',
  *find(inventory) {
    for (const resource of inventory.resources) {
      const removal = REMOVED[`${resource.apiVersion} ${resource.kind}`];
      if (!removal) continue;
      const args = { object: titleOf(resource), version: resource.apiVersion, release: removal.in, replacement: removal.use ?? 'Pod Security admission' };
      yield { at: placeAt(resource.node, 'apiVersion'), args };
    }
  },
});
