import { Source } from '../checkout/source.ts';
import { parseScript } from '../code/shell.ts';

/** Programs that run the program which their later words name. */
const RUNNERS = new Set(
  'sudo env time timeout nice npx bunx pnpm yarn bun npm uv uvx poetry pipenv pdm hatch rye python python3 bundle xvfb-run docker docker-compose podman cross-env dotenv doppler op'.split(
    ' ',
  ),
);
const FETCHES = new Set('install add i ci sync uninstall remove upgrade update download pull'.split(' '));

/** Whether shell text runs a command of these words, by itself or through a runner: `uv run pytest -q` runs `pytest`, `pip install pytest` does not. */
export function runsWords(text: string, words: readonly string[]): boolean {
  return commandsOf(text).some((command) => command.some((_, start) => isProgram(command.slice(0, start)) && follows(command, start, words)));
}

/** The words of each command, flags among them. */
function commandsOf(text: string): readonly (readonly string[])[] {
  // GitHub fills in its expressions before a shell sees the text
  const shell = text.replace(/\$\{\{[^{}]*\}\}/g, (expression) => '_'.repeat(expression.length));
  const script = parseScript(new Source('run', shell));
  if (!script.problem) return script.commands.filter(({ name }) => name !== 'echo' && name !== 'printf').map(({ name, args }) => [name, ...args]);
  return text.split('\n').map((line) =>
    line
      .replace(/(?:^|\s)#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
}

function isProgram(before: readonly string[]): boolean {
  const [first] = before;
  return first === undefined || (RUNNERS.has(first) && !before.some((word) => FETCHES.has(word)));
}

function follows(command: readonly string[], start: number, words: readonly string[]): boolean {
  let at = start;
  for (const [index, word] of words.entries()) {
    while (index > 0 && command[at] !== undefined && !same(command[at]!, word) && command[at]!.startsWith('-')) at++;
    if (command[at] === undefined || !same(command[at]!, word)) return false;
    at++;
  }
  return true;
}

const same = (one: string, other: string): boolean => bare(one) === bare(other);
const bare = (word: string): string => word.replace(/^\.\//, '').replace(/\/$/, '');
