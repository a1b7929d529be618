const firstMs = 2_000;
const longestMs = 300_000;

/** How long a job waits after its nth failed attempt: twice as long each time, the second half of it by chance, so that what failed together does not return together. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return whole / 2 + (random() * whole) / 2;
}
