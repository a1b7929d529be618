import type { Inventory } from '../manifest/inventory.ts';
import type { ScriptCheck } from './check.ts';
import { type Evidence, quote, type Verdict } from './verdict.ts';

export function answerScript(check: ScriptCheck, inventory: Inventory): Verdict {
  const script = inventory.scripts.find(({ source }) => source.path === check.path);
  if (!script) return { is: 'unproven', because: `${check.path} is no shell script that was read`, evidence: [] };
  if (check.step === 'runs') {
    const found = script.commands.filter((command) => {
      const line = [command.name, ...command.args].join(' ');
      return check.commands.some((wanted) => line.includes(wanted));
    });
    const [first, ...rest] = found.map(({ place }): Evidence => quote(place));
    if (first) return { is: 'met', because: check.says, evidence: [first, ...rest.slice(0, 3)] };
  }
  return { is: 'unproven', because: `${check.path} was not seen to do this: ${check.says}`, evidence: [] };
}
