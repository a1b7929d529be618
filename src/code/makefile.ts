import type { Place, Source } from '../checkout/source.ts';

/** One rule of a Makefile. */
export interface Target {
  readonly name: string;
  readonly prerequisites: readonly string[];
  /** its commands without `@`, `-` and `+` in front; variables stay as written, continued lines are joined */
  readonly recipe: readonly { readonly text: string; readonly place: Place }[];
  /** the line that names it */
  readonly place: Place;
}

/** The targets of a Makefile in file order; pattern rules, special targets (`.PHONY`) and what `define` holds are left out. */
export function targetsOf(source: Source): Target[] {
  const targets: (Target & { recipe: { text: string; place: Place }[] })[] = [];
  let open: typeof targets = [];
  let inDefine = false;
  for (const { text, start, end } of logicalLines(source.text)) {
    const place = { source, start, end };
    if (/^\s*define\b/.test(text)) inDefine = true;
    if (inDefine) inDefine = !/^\s*endef\b/.test(text);
    else if (text.startsWith('\t')) {
      const command = text.trim().replace(/^[@+-]+\s*/, '');
      if (command !== '' && !command.startsWith('#')) for (const target of open) target.recipe.push({ text: command, place: { ...place, start: start + 1 } });
    } else if (text.trim() !== '' && !text.startsWith('#')) {
      open = rulesIn(text).map((rule) => ({ ...rule, recipe: rule.command === undefined ? [] : [{ text: rule.command, place }], place }));
      for (const target of open) targets.push(target);
    }
  }
  return targets;
}

/** `a b: c d ; command` */
function rulesIn(line: string): { name: string; prerequisites: string[]; command: string | undefined }[] {
  const colon = line.indexOf(':');
  const equals = line.indexOf('=');
  if (colon <= 0 || (equals >= 0 && equals < colon) || line[colon + 1] === '=' || line.startsWith(':=', colon + 1) || /^\s/.test(line)) return [];
  const [before = '', command] = line
    .slice(colon + 1)
    .replace(/^:/, '')
    .split(';', 2);
  const prerequisites = words(before.replace(/#.*$/, ''));
  if (/^\s*[\w.-]+\s*[:+?]?=/.test(before)) return []; // a variable for one target
  const names = words(line.slice(0, colon)).filter((name) => !/^\.[A-Z]|[%$]/.test(name));
  return names.map((name) => ({ name, prerequisites, command: command?.trim() || undefined }));
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '' && word !== '|');

/** Lines with those that a backslash carries on joined to them. */
function* logicalLines(text: string): Generator<{ text: string; start: number; end: number }> {
  for (let at = 0; at < text.length; ) {
    const start = at;
    const parts: string[] = [];
    let [end, more] = [at, true];
    while (more && at < text.length) {
      const newline = text.indexOf('\n', at);
      end = newline < 0 ? text.length : newline;
      const line = text.slice(at, end).replace(/\r$/, '');
      more = line.endsWith('\\');
      parts.push(parts.length === 0 ? withoutBackslash(line) : ` ${withoutBackslash(line).trim()}`);
      at = end + 1;
    }
    yield { text: parts.join(''), start, end };
  }
}

const withoutBackslash = (line: string): string => (line.endsWith('\\') ? line.slice(0, -1).trimEnd() : line);
