import { serviceExternalIps } from './service-external-ips.ts';
import { service, testRule } from './test-rule.ts';

testRule(serviceExternalIps, {
  passes: { 'an empty list': service('web', { spec: 'externalIPs: []' }) },
  fails: { 'an address': [service('web', { spec: 'externalIPs: [192.0.2.1]' }), ['externalIPs: [192.0.2.1]', { service: 'Service/web' }]] },
});
