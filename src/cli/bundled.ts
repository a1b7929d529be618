#!/usr/bin/env node
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { constants, Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { makeFolder } from '../make-folder.ts';
import { beginPglite, preparePglite } from '../store/begin-pglite.ts';
import { restoreWebAssemblyFlags } from '../store/wasm-flags.ts';
import { type Program, start } from './start.ts';

/**
 * For a process that lives for less than a second. Most patterns meet a few hundred short texts: compiling each once, to machine code, costs less than
 * first to byte code and then again. A function that is called some hundred times is not called often enough to pay for being optimized. And what
 * is garbage may wait until there is much of it.
 */
const SHORT_LIFE = [
  'no-regexp-tier-up',
  'no-incremental-marking',
  'invocation-count-for-maglev=10000',
  'invocation-count-for-maglev-osr=10000',
  'invocation-count-for-osr=10000',
  'invocation-count-for-turbofan=20000',
];

/** Node's own modules that a review uses. Under other flags than Node's they would be compiled anew, so they are loaded before. */
const BUILT_IN = ['node:child_process', 'node:crypto', 'node:timers/promises'];

/** The commands in platform.cjs and in review.cjs: build.ts. */
declare const PLATFORM: readonly string[];
declare const READING: readonly string[];
/** What each program was built from, as build.ts has seen it. */
declare const BUILDS: Readonly<Record<'review' | 'program' | 'platform', string>>;

const command = (process.argv[2] === 'help' ? process.argv[3] : process.argv[2]) ?? '';
const lives = PLATFORM.includes(command);
const asksCluster = process.argv.some((word) => /^--(?:context|proof)(?:=|$)/.test(word));
void start(program).then(() => {
  if (!lives) process.exit(); // all is written: taking the heap apart would cost 5 ms
});

/**
 * The whole program, one script, with the code that V8 made of it when this command ran before. Node's own compile cache keeps what is compiled
 * while a module loads; most functions are compiled later, when they are first called.
 */
function program(): Program {
  if (!lives) {
    if (command === 'review') for (const name of BUILT_IN) process.getBuiltinModule(name);
    for (const flag of SHORT_LIFE) setFlagsFromString(`--${flag}`);
  }
  const name = lives ? 'platform' : READING.includes(command) && !asksCluster ? 'review' : 'program';
  const file = fileURLToPath(new URL(`./${name}.cjs`, import.meta.url));
  const kept = keptCode(BUILDS[name], name);
  if (command === 'serve') beginPglite(); // the database takes longest
  const source = readFileSync(file, 'latin1'); // build.ts writes ASCII
  const script = new Script(source, { filename: file, cachedData: kept.code, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  if (command === 'serve') preparePglite();
  const loaded = { exports: {} as Program };
  script.runInThisContext()(loaded, module.createRequire(file), import.meta.url);
  if (!kept.code || script.cachedDataRejected) {
    process.once('exit', () => {
      restoreWebAssemblyFlags();
      kept.keep(script.createCachedData());
    });
  }
  return loaded.exports;
}

/**
 * In the user's own cache: not in Node's default place, the temporary folder, where somebody else could have put a folder of that name before.
 * V8 looks at its version, its flags and the source's length; whether the bytes are those that were written, and of which source, is looked at here.
 */
function keptCode(build: string, program: string): { code: Buffer | undefined; keep(code: Buffer): void } {
  const name = [process.version, process.arch, program, /^[a-z]+$/.test(command) ? command : 'none'].join('-');
  const built = () => read(fileURLToPath(new URL(`./ai-agents/${name}`, import.meta.url)), build); // by build.ts
  let folder: string;
  try {
    folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ai-agents');
    if (lives || command === 'verify') {
      makeFolder(folder);
      module.enableCompileCache(folder); // for what stays in node_modules and is large
    }
  } catch {
    return { code: built(), keep() {} }; // a user without a home, or with one that is closed
  }
  const file = join(folder, name);
  return {
    code: read(file, build) ?? built(), // the own is there where the build's would not do
    keep(code) {
      try {
        const head = Buffer.from(`${build} ${crc32(code).toString(16)}\n`);
        const beside = `${file}.${process.pid}`;
        makeFolder(folder);
        writeFileSync(beside, Buffer.concat([head, code]), { mode: 0o600 });
        renameSync(beside, file);
      } catch {
        // nowhere to keep it
      }
    },
  };
}

function read(file: string, build: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  const end = bytes.indexOf('\n');
  const code = bytes.subarray(end + 1);
  return bytes.toString('latin1', 0, end) === `${build} ${crc32(code).toString(16)}` ? code : undefined;
}
