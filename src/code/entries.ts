import type { Place, Source } from '../checkout/source.ts';

/** One line that says something by itself, in a file that is neither YAML nor JSON. */
export interface Entry {
  /** a variable, a setting, a target, a pattern, a package */
  readonly name: string;
  /** as written without its quotes; of a package what stands behind its name (`>=1.43`) */
  readonly value: string | undefined;
  /** `[tool.pytest.ini_options]` above it, `''` when there is none */
  readonly section: string;
  /** a variable that only a comment gives: an example, or switched off */
  readonly comment: boolean;
  readonly place: Place;
}

type Line = { text: string; place: Place };

/** What sort of lines a file has, by its name; undefined for a file that this module does not read. */
const READERS: readonly (readonly [RegExp, (lines: readonly Line[]) => Entry[]])[] = [
  [/(?:^|\/)\.[\w.-]*ignore$/, patterns],
  [/(?:^|\/)(?:[\w-]*\.?)?env(?:\.[\w.-]+)?$|\.env(?:\.[\w.-]+)?$/i, variables],
  [/(?:^|\/)(?:GNU)?[Mm]akefile$|\.mk$|(?:^|\/)\.?[Jj]ustfile$/, targets],
  [/(?:^|\/)(?:[\w-]*requirements[\w.-]*|constraints)\.(?:txt|in)$/, (lines) => lines.flatMap((line) => packageOf(line, '') ?? [])],
  [/\.toml$/, toml],
  [/\.(?:ini|cfg|conf|properties|service|timer|socket|editorconfig)$|(?:^|\/)\.(?:npmrc|editorconfig|flake8)$/, settings],
];

/** The entries of a file in their order; none for a file of another sort. */
export function entriesOf(source: Source): Entry[] {
  const read = READERS.find(([pattern]) => pattern.test(source.path))?.[1];
  return read ? read(linesOf(source)) : [];
}

function linesOf(source: Source): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < source.text.length; ) {
    const newline = source.text.indexOf('\n', start);
    const end = newline < 0 ? source.text.length : newline;
    const text = source.text.slice(start, end).replace(/\r$/, '');
    lines.push({ text, place: { source, start, end: Math.max(start + 1, start + text.length) } });
    start = end + 1;
  }
  return lines;
}

const unquoted = (text: string): string => {
  const trimmed = text.trim();
  const quote = trimmed[0];
  return trimmed.length > 1 && (quote === '"' || quote === "'") && trimmed.endsWith(quote) ? trimmed.slice(1, -1) : trimmed;
};
const entry = (name: string, value: string | undefined, { place }: Line, section = '', comment = false): Entry => ({ name, value, section, comment, place });

function patterns(lines: readonly Line[]): Entry[] {
  return lines.flatMap((line) => {
    const text = line.text.trim();
    return text === '' || text.startsWith('#') ? [] : [entry(text, undefined, line)];
  });
}

function variables(lines: readonly Line[]): Entry[] {
  return lines.flatMap((line) => {
    const match = /^\s*(#\s?)?(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line.text);
    return match ? [entry(match[2]!, unquoted(match[3]!.replace(/\s#.*$/, '')), line, '', match[1] !== undefined)] : [];
  });
}

function targets(lines: readonly Line[]): Entry[] {
  return lines.flatMap((line) => {
    const colon = line.text.indexOf(':');
    const names = line.text.slice(0, colon).replace(/^@/, '').trim();
    if (colon <= 0 || line.text[colon + 1] === '=' || /^[\s#]|[=%$]/.test(line.text.slice(0, colon))) return [];
    return names.split(/\s+/).map((name) => entry(name, undefined, line));
  });
}

function settings(lines: readonly Line[]): Entry[] {
  let section = '';
  return lines.flatMap((line) => {
    const head = /^\s*\[{1,2}([^\]]+)\]{1,2}/.exec(line.text);
    if (head) section = head[1]!.trim();
    const match = head || /^\s*[#;]/.test(line.text) ? null : /^\s*["']?([A-Za-z0-9_.-]+)["']?\s*[=:]\s*(.*)$/.exec(line.text);
    return match ? [entry(match[1]!, unquoted(match[2]!), line, section)] : [];
  });
}

/** Settings, and the packages of lists such as `dependencies = [...]`. */
function toml(lines: readonly Line[]): Entry[] {
  let list: string | undefined;
  const packages = lines.flatMap((line) => {
    const opened = /^\s*["']?([A-Za-z0-9_.-]+)["']?\s*=\s*\[(.*)$/.exec(line.text);
    if (opened) list = opened[1]!;
    const inside = opened ? opened[2]! : line.text;
    const found =
      list === undefined
        ? []
        : Array.from(inside.matchAll(/"([^"\n]{1,200})"|'([^'\n]{1,200})'/g)).flatMap(
            (match) => packageOf({ ...line, text: match[1] ?? match[2]! }, list!) ?? [],
          );
    if (list !== undefined && /\][^\]"']*$/.test(inside)) list = undefined;
    return found;
  });
  return [...settings(lines), ...packages].sort((a, b) => a.place.start - b.place.start);
}

function packageOf(line: Line, section: string): Entry | undefined {
  const match = /^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:([<>=~!^@][^;#]*)(?:[;#].*)?|[;#].*)?$/.exec(line.text);
  return match ? entry(match[1]!, match[2]?.trim(), line, section) : undefined;
}
