import type { VerifyProgress } from '../cluster/verify.ts';
import { visibleLine } from '../report/visible.ts';
import type { Host } from './host.ts';

const EVERY_MS = 250;
const MAX_ROWS = 20;

/**
 * Shows on standard error what a proof does: on a terminal one line for each object that is not ready, with its state and age, drawn over and over;
 * elsewhere one line for each change.
 */
export function verifyProgress({ stderr }: Host): { progress: (event: VerifyProgress) => void; end: () => Promise<void> } {
  const start = performance.now();
  const age = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)}s`;
  const objects = new Map<string, { is: string; because: string; since: number }>();
  const lines: string[] = [];
  let stage = '';
  let drawn = 0;
  const say = (line: string) => (stderr.isTerminal ? lines.push(line) : void stderr.write(`${age(start).padStart(7)}  ${line}\n`));
  const draw = () => {
    const open = Array.from(objects).filter(([, { is }]) => is !== 'ready');
    const rows = open.slice(0, MAX_ROWS).map(([object, { is, because, since }]) => `  ${object}  ${is}: ${because}  ${age(since)}`);
    const more = open.length > MAX_ROWS ? [`  and ${open.length - MAX_ROWS} more`] : [];
    const board = [`${stage}, ${objects.size - open.length} of ${objects.size} ready, ${age(start)}`, ...rows, ...more];
    const text = [...lines.splice(0), ...board].map((line) => `${line}\u001b[K\n`).join('');
    void stderr.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${text}\u001b[J`);
    drawn = board.length;
  };
  const timer = stderr.isTerminal ? setInterval(draw, EVERY_MS).unref() : undefined;
  const progress = (event: VerifyProgress) => {
    if (event.is === 'stage') {
      stage = event.namespace ? `${event.stage} in ${event.namespace}` : event.stage;
      if (!stderr.isTerminal) say(stage);
    } else if (event.is === 'object') {
      const { is, because } = event.status;
      objects.set(event.object, { is, because, since: objects.get(event.object)?.since ?? performance.now() });
      if (!stderr.isTerminal) say(`${visibleLine(event.object)}  ${is}: ${visibleLine(because)}`);
    } else if (event.is === 'cause') say(`cause: ${visibleLine(event.says)}`);
    else
      for (const { object, because, remove } of event.left)
        say(`left behind: ${visibleLine(object)}: ${visibleLine(because)}; remove it with: ${visibleLine(remove)}`);
  };
  const end = async () => {
    clearInterval(timer);
    if (drawn > 0) await stderr.write(`\u001b[${drawn}A\u001b[J`);
    for (const line of lines) await stderr.write(`${line}\n`);
  };
  return { progress, end };
}
