import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from compiling the hot parts of WebAssembly once more, better: PostgreSQL's statements take up to a third less time then, and the
 * process 200 MB more (bench/results.md). On one machine memory is what is short. To be called before anything is compiled: V8 takes kept code
 * only under the flags under which it was made. And leaves what PostgreSQL's functions are looked over for to when each is first called: 30 ms
 * of a start.
 */
export function keepWebAssemblySmall(): void {
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering', '--wasm-lazy-validation']) setFlagsFromString(flag);
}
