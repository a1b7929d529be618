import { setFlagsFromString } from 'node:v8';

const flags = ['wasm-tier-up', 'wasm-dynamic-tiering', 'no-wasm-lazy-validation'];

/**
 * Keeps V8 from compiling the hot parts of WebAssembly once more, better: PostgreSQL's statements take up to a third less time then, and the
 * process 200 MB more (bench/results.md). On one machine memory is what is short. And leaves what PostgreSQL's functions are looked over for to
 * when each is first called: 30 ms of a start.
 */
export function keepWebAssemblySmall(): void {
  for (const flag of flags) setFlagsFromString(flag.startsWith('no-') ? `--${flag.slice(3)}` : `--no-${flag}`);
}

/** V8 takes kept code only under the flags under which it was made, so what a program keeps for its next start is made under V8's own. */
export function restoreWebAssemblyFlags(): void {
  for (const flag of flags) setFlagsFromString(`--${flag}`);
}
