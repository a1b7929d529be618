import { serviceAccountDeprecatedField } from './service-account-deprecated-field.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(serviceAccountDeprecatedField, {
  passes: { 'both, as the API server shows it': deployment('web', { pod: 'serviceAccount: web\nserviceAccountName: web' }) },
  fails: { 'the old one alone': [deployment('web', { pod: 'serviceAccount: web' }), ['serviceAccount: web', { workload: 'Deployment/web' }]] },
});
