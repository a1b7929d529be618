import type { Progress } from '../review/review.ts';
import type { Host } from './host.ts';

const AFTER_MS = 1000;
const EVERY_MS = 100;

/** A line on standard error that says what goes on, once it has gone on for a second and somebody watches. */
export function progressLine({ stderr }: Host): { progress: Progress; clear: () => Promise<void> } {
  if (!stderr.isTerminal) return { progress: () => {}, clear: async () => {} };
  const started = performance.now();
  let last = started + AFTER_MS - EVERY_MS;
  let shown = false;
  const progress: Progress = (stage, done, of) => {
    const now = performance.now();
    if (now - last < EVERY_MS) return;
    last = now;
    shown = true;
    void stderr.write(`\r\u001b[K${stage} ${done} of ${of}`);
  };
  const clear = async () => {
    if (shown) await stderr.write('\r\u001b[K');
  };
  return { progress, clear };
}
