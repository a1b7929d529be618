import { errexitTraps } from '../code/errexit.ts';
import { defineRule } from './rule.ts';

export const scriptErrexitTrap = defineRule({
  id: 'script-errexit-trap',
  severity: 'high',
  says: 'The script ends here the first time: {why}.',
  because:
    'In Bash an arithmetic command whose value is 0 counts as failed, and under set -e a failed command ends the script, silently and in the middle of its work.',
  fix: 'Write {variable}=$(({variable} + 1)), or add || true.',
  fails: 'script-errexit-trap/counts-from-zero.sh',
  passes: 'script-errexit-trap/assigns.sh',
  *find(inventory) {
    for (const script of inventory.scripts) {
      for (const { place, variable, certain, says } of errexitTraps(script)) {
        if (certain) yield { at: place, args: { variable, why: says } };
      }
    }
  },
});
