import type { Place, Source } from '../checkout/source.ts';
import { javascriptEnvironment } from './javascript-environment.ts';
import { pythonEnvironment } from './python-environment.ts';
import { isTestPath } from './test-names.ts';

/** A place where program code reads an environment variable. */
export interface EnvironmentRead {
  /** the whole name, prefix of a settings class included; upper case where the library does not mind */
  readonly name: string;
  /** true when the program cannot start (or cannot do this step) without it: no default, not optional; false when it has one; undefined when the code does not say */
  readonly required: boolean | undefined;
  readonly place: Place;
  /** other names that serve as well: aliases */
  readonly alternatives: readonly string[];
  /** the settings class or schema that reads it */
  readonly settings: string | undefined;
  /**
   * `import`: as soon as the module is loaded; `call`: when a function runs; `build`: it is replaced by its value when a front end is
   * built, so that a container's environment changes nothing; undefined: the file does not say (a settings class that others instantiate)
   */
  readonly when: 'import' | 'call' | 'build' | undefined;
}

const PYTHON = /\.pyw?$/;
const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const PYTHON_MARKS = /environ|getenv|BaseSettings|SettingsConfigDict|decouple|starlette/;
const SCRIPT_MARKS = /process\.env|process'|process"|import\.meta|Deno\.env|Bun\.env|createEnv|cleanEnv|env-var|ConfigService|validationSchema/;
const NOT_THE_PROGRAM = /(?:^|\/)(?:tests?|__tests__|__mocks__|e2e|cypress|playwright|fixtures|examples?|node_modules|site-packages)\//i;
const CONFIGURES_TESTS = /(?:^|\/)(?:conftest\.py|(?:vitest|jest|playwright|cypress)\.(?:config|setup)\.[cm]?[jt]s)$/;

/** Cheap: whether it is worth to look into this file at all. Tests are left out. */
export const readsEnvironment = (path: string, text: string): boolean =>
  (PYTHON.test(path) ? PYTHON_MARKS.test(text) : SCRIPT.test(path) && !path.endsWith('.d.ts') && SCRIPT_MARKS.test(text)) &&
  !isTestPath(path) &&
  !NOT_THE_PROGRAM.test(path) &&
  !CONFIGURES_TESTS.test(path);

/** Every environment variable that a Python, TypeScript or JavaScript file reads, in file order. Names that are put together at run time are left out. */
export const environmentReads = (source: Source): EnvironmentRead[] => (PYTHON.test(source.path) ? pythonEnvironment(source) : javascriptEnvironment(source));
