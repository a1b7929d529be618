// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is code under review
import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { environmentReads, readsEnvironment } from './environment.ts';

const read = (path: string, text: string) => environmentReads(new Source(path, text));
const brief = (path: string, text: string) => read(path, text).map(({ name, required }) => [name, required]);
const py = (text: string) => brief('app.py', text);
const ts = (text: string) => brief('app.ts', text);
const settings = (body: string, head = 'from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom pydantic import Field, AliasChoices\n') =>
  py(`${head}class Settings(BaseSettings):\n${body}`);

describe('Python', () => {
  test.each<[string, [string, boolean | undefined][]]>([
    ['import os\nx = os.environ["A"]', [['A', true]]],
    ["import os\nx = os.environ['A']", [['A', true]]],
    ['import os\nx = os.environ.get("A")', [['A', undefined]]],
    ['import os\nx = os.environ.get("A", "b")', [['A', false]]],
    ['import os\nx = os.environ.get("A", None)', [['A', undefined]]],
    ['import os\nx = os.getenv("A", default="b")', [['A', false]]],
    ['import os as o\nx = o.getenv("A")', [['A', undefined]]],
    ['from os import environ\nx = environ["A"]', [['A', true]]],
    ['from os import getenv as g\nx = g("A") or "b"', [['A', false]]],
    ['import os\nx = int(os.getenv("A"))', [['A', true]]],
    ['import os\nx = os.getenv("A").split(",")', [['A', true]]],
    ['import os\nx = bool(os.getenv("A"))', [['A', false]]],
    ['import os\nx = os.getenv("A") == "true"', [['A', false]]],
    ['import os\nif os.getenv("A"):\n  y()', [['A', false]]],
    ['import os\nif not os.getenv("A"):\n  raise RuntimeError()', [['A', true]]],
    ['import os, sys\nx = os.getenv("A")\nif not x:\n  sys.exit(1)', [['A', true]]],
    ['import os\nx = os.getenv("A")\nif x is None or x == "":\n  raise ValueError()', [['A', true]]],
    ['import os\nx = os.getenv("A")\nif x is None:\n  x = "b"', [['A', false]]],
    ['import os\nx = os.getenv("A")\nif x:\n  use(x)', [['A', false]]],
    ['import os\nassert os.getenv("A")', [['A', true]]],
    ['import os\nif "A" not in os.environ:\n  raise ValueError()', [['A', true]]],
    ['import os\nx = "A" in os.environ', [['A', undefined]]],
    [
      'import os\nx = os.environ["A"] if "A" in os.environ else 1',
      [
        ['A', undefined],
        ['A', false],
      ].toReversed() as [string, boolean | undefined][],
    ],
    [
      'import os\nif "A" in os.environ:\n  x = os.environ["A"]',
      [
        ['A', undefined],
        ['A', false],
      ],
    ],
    ['import os\ntry:\n  x = os.environ["A"]\nexcept KeyError:\n  x = 1', [['A', false]]],
    ['import os\ntry:\n  x = os.environ["A"]\nexcept KeyError:\n  raise SystemExit', [['A', true]]],
    ['import os\nKEY = "A"\nx = os.environ[KEY]', [['A', true]]],
    [
      'import os\nx = f"http://{os.environ[\'A\']}:{os.getenv("B", "1")}"',
      [
        ['A', true],
        ['B', false],
      ],
    ],
    ['import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "x")', [['DJANGO_SETTINGS_MODULE', false]]],
    ['import os\nx = os.environ["A" "B"]', [['AB', true]]],
    [
      'import os\ndef env(name, default=None):\n  return os.environ.get(name, default)\nx = env("A")\ny = env("B", "1")',
      [
        ['A', undefined],
        ['B', false],
      ],
    ],
    ['import os\ndef need(name: str) -> str:\n  v = os.getenv(name)\n  if not v:\n    raise ValueError(name)\n  return v\nx = need("A")', [['A', true]]],
    [
      'from decouple import config\nx = config("A")\ny = config("B", default=1, cast=int)',
      [
        ['A', true],
        ['B', false],
      ],
    ],
    [
      'from starlette.config import Config\nconfig = Config(".env")\nx = config("A", cast=bool)\ny = config("B", default=None)',
      [
        ['A', true],
        ['B', false],
      ],
    ],
    [
      'import environ\nenv = environ.Env(C=(bool, False))\nx = env("A")\ny = env.str("B", "1")\nz = env("C")\nw = env("D", int)',
      [
        ['A', true],
        ['B', false],
        ['C', false],
        ['D', true],
      ],
    ],
    [
      'import environ\nenv = environ.Env()\nenviron.Env.read_env()\nx = env.db()\ny = env.cache("CACHE", default="x")',
      [
        ['DATABASE_URL', true],
        ['CACHE', false],
      ],
    ],
    [
      'from environs import Env\nenv = Env()\nx = env("A", "b")\nwith env.prefixed("P_"):\n  y = env.int("C")',
      [
        ['A', false],
        ['P_C', true],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(py(text)).toEqual(expected);
  });

  test.each([
    ['a comment', 'import os\n# os.environ["A"]'],
    ['a docstring', 'import os\n"""\nos.environ["A"]\n"""'],
    ['a string', 'import os\nx = \'os.environ["A"]\''],
    ['a write', 'import os\nos.environ["A"] = "b"'],
    ['a deletion', 'import os\ndel os.environ["A"]'],
    ['a name that is made at run time', 'import os\nx = os.environ[f"A_{b}"]'],
    ['another environ', 'x = request.environ["A"]\ny = self.os.getenv("B")'],
  ])('%s is no read', (_, text) => {
    expect(py(text)).toEqual([]);
  });

  test('says when: at import, through a function that the module calls, or later', () => {
    const text =
      'import os\nA = os.getenv("A")\ndef f():\n  return os.getenv("B")\ndef g():\n  return os.getenv("C")\nX = f()\nif __name__ == "__main__":\n  os.getenv("D")\nclass K:\n  e = os.getenv("E")\n  def m(self, p=1):\n    os.getenv("F")\n';
    expect(read('a.py', text).map(({ name, when }) => `${name} ${when}`)).toEqual(['A import', 'B import', 'C call', 'D call', 'E import', 'F call']);
  });

  test('gives the place of the read', () => {
    const text = 'import os\n\nx = [\n  os.environ.get(\n    "A", "b"),\n]';
    const [only] = read('a.py', text);
    expect(lineOf(only!.place)).toBe(4);
    expect(text.slice(only!.place.start, only!.place.end)).toBe('os.environ.get(\n    "A", "b")');
  });
});

describe('settings classes', () => {
  test.each<[string, [string, boolean | undefined][]]>([
    ['  a: str', [['A', true]]],
    ['  a: str = "x"', [['A', false]]],
    ['  a: str | None = None', [['A', false]]],
    ['  a: Optional[str]', [['A', true]]],
    ['  a: str = ...', [['A', true]]],
    ['  a: str = Field(...)', [['A', true]]],
    ['  a: str = Field(description="x", min_length=3)', [['A', true]]],
    ['  a: str = Field("x")', [['A', false]]],
    ['  a: str = Field(default=None)', [['A', false]]],
    ['  a: list[str] = Field(default_factory=list)', [['A', false]]],
    ['  a: Annotated[str, Field(alias="B")]', [['B', true]]],
    ['  a: str = Field(alias="DB_URL")', [['DB_URL', true]]],
    ['  a: str = Field("x", validation_alias="DB_URL")', [['DB_URL', false]]],
    ['  a: ClassVar[str] = "x"\n  _b: str\n  c = 1\n  def d(self): ...', []],
    [
      '  model_config = SettingsConfigDict(env_prefix="APP_")\n  a: str\n  b: str = Field(..., alias="B")',
      [
        ['APP_A', true],
        ['B', true],
      ],
    ],
    ['  a: str\n  model_config = {"env_prefix": "APP_", "extra": "ignore"}', [['APP_A', true]]],
    ['  a: str\n  class Config:\n    env_prefix = "APP_"\n    env_file = ".env"', [['APP_A', true]]],
    ['  model_config = SettingsConfigDict(case_sensitive=True, env_prefix="app_")\n  dbUrl: str', [['app_dbUrl', true]]],
  ])('%j', (body, expected) => {
    expect(settings(body)).toEqual(expected);
  });

  test('an alias may have choices: the first names it, the others serve too', () => {
    const text =
      'from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n  a: str = Field(validation_alias=AliasChoices("A1", "a2", AliasPath("A3", 0)))\n';
    expect(read('a.py', text)).toMatchObject([{ name: 'A1', alternatives: ['A2', 'A3'], settings: 'S' }]);
  });

  test('pydantic 1: Optional needs nothing, env= names the variable', () => {
    const head = 'from pydantic import BaseSettings, Field\nfrom typing import Optional\n';
    expect(settings('  a: Optional[str]\n  b: str = Field(..., env="BB")\n  c: str = Field(None, env=["C1", "C2"])\n', head)).toEqual([
      ['A', false],
      ['BB', true],
      ['C1', false],
    ]);
  });

  test('classes build upon each other inside a file; only those that are made or built upon by none read', () => {
    const text =
      'from pydantic_settings import BaseSettings\nclass Base(BaseSettings):\n  model_config = SettingsConfigDict(env_prefix="P_")\n  a: str\n  b: str = "x"\nclass Prod(Base):\n  b: str\n  c: int\n';
    expect(read('a.py', text).map(({ name, required, settings: by }) => [name, required, by])).toEqual([
      ['P_A', true, 'Prod'],
      ['P_B', true, 'Prod'],
      ['P_C', true, 'Prod'],
    ]);
  });

  test('a nested model is read through the delimiter, or whole', () => {
    const text =
      'from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings\nclass Db(BaseModel):\n  host: str\n  port: int = 5432\nclass S(BaseSettings):\n  db: Db\n';
    expect(py(`${text}  model_config = SettingsConfigDict(env_nested_delimiter="__", env_prefix="X_")\n`)).toEqual([
      ['X_DB__HOST', true],
      ['X_DB__PORT', false],
    ]);
    expect(py(text)).toEqual([['DB', true]]);
  });

  test('a base of another file counts when SettingsConfigDict says what the class is', () => {
    expect(py('from .base import AppSettings\nclass S(AppSettings):\n  model_config = SettingsConfigDict(env_prefix="S_")\n  a: str\n')).toEqual([
      ['S_A', true],
    ]);
    expect(py('from pydantic import BaseModel\nclass M(BaseModel):\n  a: str\n')).toEqual([]);
  });

  test.each([
    ['settings = S()', 'import'],
    ['try:\n  settings = S()\nexcept Exception:\n  raise', 'import'],
    ['def get():\n  return S()', 'call'],
    ['@lru_cache\ndef get():\n  return S()\nsettings = get()', 'import'],
    ['class T(BaseSettings):\n  s: S = Field(default_factory=S)\nt = T()', 'import'],
    ['', undefined],
  ])('%j makes it at %s', (rest, when) => {
    const text = `from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n  a: str\n${rest}\n`;
    expect(read('a.py', text).find(({ name }) => name === 'A')?.when).toBe(when);
  });
});

describe('TypeScript and JavaScript', () => {
  test.each<[string, [string, boolean | undefined][]]>([
    ['const x = process.env.A;', [['A', undefined]]],
    ["const x = process.env['A'];", [['A', undefined]]],
    ['const x = process.env?.A;', [['A', undefined]]],
    ['const x = process.env.A!;', [['A', undefined]]],
    ["const x = process.env.A ?? 'b';", [['A', false]]],
    ["const x = process.env.A || 'b';", [['A', false]]],
    ['const x = process.env.A ?? (() => { throw new Error("A") })();', [['A', true]]],
    [
      'const x = process.env.A ?? process.env.B;',
      [
        ['A', false],
        ['B', undefined],
      ],
    ],
    ['const x = process.env.A.split(",");', [['A', true]]],
    ['const x = process.env.A?.split(",");', [['A', false]]],
    [
      'const x = process.env.A ? process.env.A.split(",") : [];',
      [
        ['A', false],
        ['A', false],
      ],
    ],
    ["const x = process.env.A === 'true';", [['A', false]]],
    ['if (!process.env.A) throw new Error();', [['A', true]]],
    [
      'if (!process.env.A || !process.env.B) {\n  console.error();\n  process.exit(1);\n}',
      [
        ['A', true],
        ['B', true],
      ],
    ],
    ['if (!process.env.A) { log(); }', [['A', false]]],
    ['if (process.env.A) { use(); }', [['A', false]]],
    ['const x = process.env.A;\nif (!x) {\n  throw new Error();\n}', [['A', true]]],
    ['const x: string | undefined = process.env.A;\nif (!x) throw new Error();', [['A', true]]],
    ['invariant(process.env.A, "A");', [['A', true]]],
    ['const x = require(process.env.A);', [['A', undefined]]],
    ['const x = !!process.env.A;', [['A', false]]],
    ['process.env.A ??= "b";', [['A', false]]],
    [
      "const { A, B = 'x', C: c } = process.env;\nif (!c) throw 1;",
      [
        ['A', undefined],
        ['B', false],
        ['C', true],
      ],
    ],
    ["import { env } from 'node:process';\nconst x = env.A;", [['A', undefined]]],
    ['const env = process.env;\nconst x = env.A || 1;', [['A', false]]],
    ["const KEY = 'A';\nconst x = process.env[KEY];", [['A', undefined]]],
    ['const x = import.meta.env.VITE_A;', [['VITE_A', undefined]]],
    ['const x = (import.meta as any).env.VITE_A || "";', [['VITE_A', false]]],
    ["const x = Deno.env.get('A') ?? 'b';", [['A', false]]],
    ['const x = Bun.env.A;', [['A', undefined]]],
    [
      'const x = `${process.env.A}/${process.env.B || 1}`;',
      [
        ['A', undefined],
        ['B', false],
      ],
    ],
    ['function need(name: string): string {\n  const v = process.env[name];\n  if (!v) throw new Error(name);\n  return v;\n}\nneed("A");', [['A', true]]],
    [
      'const get = (key: string, other = "x") => process.env[key] ?? other;\nget("A"); get("B", "c");',
      [
        ['A', false],
        ['B', false],
      ],
    ],
    [
      "import env from 'env-var';\nenv.get('A').required().asString(); env.get('B').default('1').asInt(); env.get('C').asString();",
      [
        ['A', true],
        ['B', false],
        ['C', undefined],
      ],
    ],
    [
      "constructor(private readonly config: ConfigService) { this.config.getOrThrow<string>('A'); this.config.get('B', 'x'); this.config.get('db.host'); }",
      [
        ['A', true],
        ['B', false],
      ],
    ],
    [
      'if (process.env.NODE_ENV) x();\nconst y = process.env.NODE_ENV;',
      [
        ['NODE_ENV', false],
        ['NODE_ENV', false],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(ts(text)).toEqual(expected);
  });

  test.each<[string, [string, boolean | undefined][]]>([
    [
      'z.object({ A: z.string(), B: z.string().optional(), C: z.coerce.number().default(1) }).parse(process.env);',
      [
        ['A', true],
        ['B', false],
        ['C', false],
      ],
    ],
    ['const s = z.object({ A: z.string().min(1) });\nexport const env = s.parse(process.env);', [['A', true]]],
    [
      'const base = z.object({ A: z.string() });\nconst s = base.extend({ B: z.coerce.boolean(), C: z.coerce.number() });\ns.safeParse({ ...process.env });',
      [
        ['A', true],
        ['B', false],
        ['C', true],
      ],
    ],
    [
      'const s = z.object({ A: z.preprocess((x) => x, z.string().default("1")), B: z.any(), C: part });\nconst part = z.string();\ns.parse(process.env);',
      [
        ['A', false],
        ['B', false],
        ['C', true],
      ],
    ],
    [
      'const s = z.object({ A: z.string() });\ns.parse({ A: process.env.A });',
      [
        ['A', true],
        ['A', true],
      ],
    ],
    [
      'const s = v.object({ A: v.string(), B: v.optional(v.string()) });\nv.parse(s, process.env);',
      [
        ['A', true],
        ['B', false],
      ],
    ],
    [
      'const EnvSchema = z.object({ A: z.string(), B_C: dev ? z.string().optional() : z.string() });',
      [
        ['A', true],
        ['B_C', undefined],
      ],
    ],
    [
      'export const env = createEnv({ server: { A: z.string() }, client: { NEXT_PUBLIC_B: z.string().optional() }, runtimeEnv: { A: process.env.A } });',
      [
        ['A', true],
        ['NEXT_PUBLIC_B', false],
        ['A', true],
      ],
    ],
    [
      'const env = cleanEnv(process.env, { A: str(), B: num({ default: 3000 }), C: str({ devDefault: "x" }) });',
      [
        ['A', true],
        ['B', false],
        ['C', true],
      ],
    ],
    [
      'ConfigModule.forRoot({ validationSchema: Joi.object({ A: Joi.string().required(), B: Joi.number().default(1), C: Joi.string() }) })',
      [
        ['A', true],
        ['B', false],
        ['C', false],
      ],
    ],
    ['const body = z.object({ name: z.string() });\nbody.parse(request.body);', []],
    ['const EnvProps = z.object({ name: z.string(), ENV: z.string() });', []],
  ])('schemas: %j', (text, expected) => {
    expect(ts(text)).toEqual(expected);
  });

  test.each([
    ['a comment', '// process.env.A\n/* process.env.B */'],
    ['a string', 'const x = "process.env.A" + \'process.env.B\' + `process.env.C`;'],
    ['a regular expression', 'const x = /process.env.A/.test(y);'],
    ['a write', 'process.env.A = "1"; delete process.env.B;'],
    ['a name that is made at run time', 'const x = process.env[`A_${b}`];'],
    ['a property of something else', 'x.process.env.A; my.import.meta.env.B'],
    ['what Vite sets itself', 'import.meta.env.MODE; import.meta.env.DEV'],
  ])('%s is no read', (_, text) => {
    expect(ts(text)).toEqual([]);
  });

  test('the text of JSX, with its apostrophes, hides nothing', () => {
    expect(ts("const a = <p>Don't</p>;\nconst x = process.env.A;\nconst b = <p>it's `odd</p>;\nconst y = process.env.B;")).toEqual([
      ['A', undefined],
      ['B', undefined],
    ]);
  });

  test('says when: at import, in a function, or when a front end is built', () => {
    const text =
      'const a = process.env.A;\nfunction f() { return process.env.B; }\nconst g = () => process.env.C;\nconst d = process.env.D;\nclass K { m(): string { return process.env.E!; } static s = process.env.F; }\nif (x) { process.env.G; }\nimport.meta.env.H;\nprocess.env.NEXT_PUBLIC_I;';
    expect(read('a.ts', text).map(({ name, when }) => `${name} ${when}`)).toEqual([
      'A import',
      'B call',
      'C call',
      'D import',
      'E call',
      'F import',
      'G import',
      'H build',
      'NEXT_PUBLIC_I build',
    ]);
  });

  test('names the schema and its place', () => {
    const text = 'const s = z.object({\n  A: z.string()\n    .min(1),\n});\nconst e = s.parse(process.env);';
    const [only] = read('a.ts', text);
    expect(only).toMatchObject({ settings: 's', when: 'import' });
    expect(text.slice(only!.place.start, only!.place.end)).toBe('A: z.string()\n    .min(1)');
  });
});

describe('readsEnvironment', () => {
  test.each([
    ['src/config.py', 'os.environ["A"]', true],
    ['src/config.py', 'x = 1', false],
    ['src/app.ts', 'process.env.A', true],
    ['src/app.tsx', 'import.meta.env.A', true],
    ['src/types.d.ts', 'process.env.A', false],
    ['README.md', 'process.env.A', false],
    ['tests/conftest.py', 'os.environ["A"]', false],
    ['src/conftest.py', 'os.environ["A"]', false],
    ['src/test_config.py', 'os.environ["A"]', false],
    ['src/app.test.ts', 'process.env.A', false],
    ['src/app.spec.ts', 'process.env.A', false],
    ['vitest.config.ts', 'process.env.A', false],
    ['src/latest/app.ts', 'process.env.A', true],
  ])('%s with %s: %s', (path, text, expected) => {
    expect(readsEnvironment(path, text)).toBe(expected);
  });
});

describe('hostile files', () => {
  const times = (piece: string) => piece.repeat(Math.ceil(200_000 / piece.length));
  test.each([
    ['a.py', times('os.getenv(')],
    ['a.py', times('f"{')],
    ['a.py', times('"""')],
    ['a.py', times('a;')],
    ['a.py', `import os\nx = [${times('os.environ["A"] if 1 else 2,')}]`],
    ['a.py', `from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n  x: ${times('(a=')}`],
    ['a.py', Array.from({ length: 600 }, (_, index) => `${' '.repeat(index)}if a:`).join('\n')],
    ['a.py', times('\0')],
    ['a.ts', times('`${')],
    ['a.ts', times("'\\")],
    ['a.ts', times('/[')],
    ['a.ts', times('a=>')],
    ['a.ts', times('(a)=>{')],
    ['a.ts', `a${times('.parse(process.env)')}`],
    ['a.ts', `const s = z.object({${'A: z.string(),'.repeat(1_000)}});${times('s.parse(process.env);')}`],
    ['a.ts', times('if(!process.env.A)')],
    ['a.ts', times('class A{m(): B {')],
  ])('%s, %#: ends quickly', (path, text) => {
    const started = performance.now();
    read(path, text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
