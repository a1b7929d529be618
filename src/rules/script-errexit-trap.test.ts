import { scriptErrexitTrap } from './script-errexit-trap.ts';
import { testRule } from './test-rule.ts';

const script = (lines: string) => ({ 'deploy.sh': `#!/bin/bash\n${lines}\n` });

testRule(scriptErrexitTrap, {
  passes: {
    'without set -e': script('passed=0\n((passed++))'),
    'an assignment': script('set -e\npassed=0\npassed=$((passed + 1))'),
    'counted before it is read': script('set -e\npassed=0\n((++passed))'),
    'the failure is allowed': script('set -e\npassed=0\n((passed++)) || true'),
    'from one': script('set -e\nn=1\n((n++))'),
    'the count comes from elsewhere': script('set -e\nn=$(wc -l < list)\n((n++))'),
  },
  fails: {
    'a counter': [script('set -e\npassed=0\n((passed++))'), ['((passed++))', { variable: 'passed' }]],
    'in a function that is called': [script('set -euo pipefail\npassed=0\nok() {\n  ((passed++))\n}\nok'), '((passed++))'],
  },
});
