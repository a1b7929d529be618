import type { Inventory } from './inventory.ts';

/** Asks something of an inventory once, however many rules want to know: seventy rules over ten thousand files must stay linear. */
export function once<Answer extends object>(ask: (inventory: Inventory) => Answer): (inventory: Inventory) => Answer {
  const answers = new WeakMap<Inventory, Answer>();
  return (inventory) => {
    let answer = answers.get(inventory);
    if (!answer) answers.set(inventory, (answer = ask(inventory)));
    return answer;
  };
}
