import type * as Bash from 'unbash';
import type { Place } from '../checkout/source.ts';
import type { Command, Script, ShellOptions } from './shell.ts';
import { callsOf, indexOf } from './shell-index.ts';
import { parseArithmetic } from './shell-reader.ts';
import { PRINTS } from './shell-uses.ts';
import { valuesOf } from './shell-values.ts';

/** A count that ends the script: `((n++))` from 0 has the value 0, hence status 1, and `set -e` exits. */
export interface ErrexitTrap {
  readonly place: Place;
  readonly variable: string;
  /** true when nothing else in the script could have made the variable non-zero before */
  readonly certain: boolean;
  readonly says: string;
}

/**
 * Statements that count and whose value is 0 the first time, where `set -e` is on and nobody tests them.
 * A function that is only called where its failure is tested, or never called, holds none.
 */
export function errexitTraps(script: Script): readonly ErrexitTrap[] {
  const exposed = exposedFunctions(script);
  const ends = (at: { tested: boolean; options: ShellOptions; inFunction: string | undefined }) =>
    !at.tested && at.options.errexit && (at.inFunction === undefined || exposed.has(at.inFunction));
  return script.commands.flatMap((command) => {
    const counted = ends(command) ? countOf(command) : undefined;
    return counted ? trapOf(script, command, counted) : [];
  });
}

/** Functions of which at least one call, with all calls around it, can end the script. */
function exposedFunctions(script: Script): ReadonlySet<string> {
  const exposed = new Set<string>();
  const waiting: (string | undefined)[] = [undefined];
  while (waiting.length > 0) {
    for (const command of indexOf(script).inFunction.get(waiting.pop() ?? '') ?? []) {
      if (command.tested || !command.options.errexit || exposed.has(command.name) || !script.functions.has(command.name)) continue;
      exposed.add(command.name);
      waiting.push(command.name);
    }
  }
  return exposed;
}

interface Count {
  readonly variable: string;
  readonly expression: Bash.ArithmeticExpression;
}

/** The variable that a statement changes and the arithmetic whose value decides its status. */
function countOf(command: Command): Count | undefined {
  if (command.name === '((') return command.expression && changed(command.expression);
  if (command.name === 'let') {
    const expression = parseArithmetic(command.args.at(-1) ?? '');
    return expression && changed(expression);
  }
  return undefined;
}

function changed(expression: Bash.ArithmeticExpression): Count | undefined {
  const inner = expression.type === 'ArithmeticGroup' ? expression.expression : expression;
  const target =
    inner.type === 'ArithmeticUnary' && /^(?:\+\+|--)$/.test(inner.operator)
      ? inner.operand
      : inner.type === 'ArithmeticBinary' && /^[-+*]?=$/.test(inner.operator)
        ? inner.left
        : undefined;
  return target?.type === 'ArithmeticWord' && /^[A-Za-z_]\w*$/.test(target.value) ? { variable: target.value, expression: inner } : undefined;
}

function trapOf(script: Script, command: Command, { variable, expression }: Count): ErrexitTrap[] {
  const start = startOf(script, variable, command.inFunction);
  if (start === 'elsewhere') return [];
  const numbers = (name: string) => (name === variable ? 0 : constant(script, name, command.inFunction));
  const value = valueOfExpression(expression, numbers, MAX_DEPTH);
  const adds = expression.type === 'ArithmeticBinary' && expression.operator === '+=';
  if (value !== 0 && !(value === undefined && adds)) return [];
  const { place } = command;
  const written = place.source.text.slice(place.start, place.end);
  const certain = value === 0 && start === 'zero';
  const when = value === undefined ? 'is 0 as long as nothing was added' : certain ? 'is 0 the first time' : `is 0 while ${variable} is 0`;
  return [{ place, variable, certain, says: `the value of ${written} ${when}, so its status is 1 and set -e ends the script there` }];
}

/** Whether a variable is 0 or unset when it is first counted: surely, in some runs, or set elsewhere in a way that the script does not tell. */
function startOf(script: Script, variable: string, inFunction: string | undefined): 'zero' | 'maybe' | 'elsewhere' {
  const everywhere = indexOf(script).assignments.get(variable) ?? [];
  const inside = everywhere.filter((assignment) => assignment.inFunction === inFunction);
  const here = inside.length > 0 ? inside : everywhere;
  if (here.length === 0) return ['source', '.'].some((name) => indexOf(script).commands.has(name)) ? 'elsewhere' : 'zero';
  const zeros = here.filter(
    (assignment) =>
      assignment.by === 'declaration' ||
      (assignment.by === '=' && assignment.values.some((word) => /^0*$/.test(defaultText(script, word, assignment.inFunction)))),
  );
  return zeros.length === 0 ? 'elsewhere' : zeros.length === here.length ? 'zero' : 'maybe';
}

function defaultText(script: Script, word: Command['words'][number], inFunction: string | undefined): string {
  const { texts } = valuesOf(script, word, inFunction);
  return texts.find((text) => /^0*$/.test(text)) ?? texts[0] ?? '?';
}

function constant(script: Script, name: string, inFunction: string | undefined): number | undefined {
  const [only, ...more] = (indexOf(script).assignments.get(name) ?? []).flatMap((assignment) => assignment.values);
  const { texts, complete } = only && more.length === 0 ? valuesOf(script, only, inFunction) : { texts: [], complete: false };
  return complete && texts.length === 1 && /^\d+$/.test(texts[0]!) ? Number(texts[0]) : undefined;
}

const MAX_DEPTH = 100;

function valueOfExpression(node: Bash.ArithmeticExpression, numbers: (name: string) => number | undefined, depth: number): number | undefined {
  if (depth === 0) return undefined;
  const of = (inner: Bash.ArithmeticExpression) => valueOfExpression(inner, numbers, depth - 1);
  switch (node.type) {
    case 'ArithmeticGroup':
      return of(node.expression);
    case 'ArithmeticWord': {
      const name = node.value.replace(/^\$\{?|\}$/g, '');
      return /^\d+$/.test(node.value) ? Number(node.value) : /^[A-Za-z_]\w*$/.test(name) ? numbers(name) : undefined;
    }
    case 'ArithmeticUnary': {
      const value = of(node.operand);
      if (value === undefined || !node.prefix) return value;
      return node.operator === '++'
        ? value + 1
        : node.operator === '--'
          ? value - 1
          : node.operator === '-'
            ? -value
            : node.operator === '+'
              ? value
              : undefined;
    }
    case 'ArithmeticBinary': {
      const right = of(node.right);
      if (node.operator === '=') return right;
      const left = of(node.left);
      if (left === undefined || right === undefined) return undefined;
      const operator = node.operator.replace('=', '');
      return operator === '+' ? left + right : operator === '-' ? left - right : operator === '*' ? left * right : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Places that make the script end with a status other than 0 when a step fails: `set -e`, an `exit` or a final `return` with a status that
 * is not a literal 0, or a last command whose own status it is. None: it ends with 0 whatever happened.
 */
export function failureExits(script: Script): readonly Place[] {
  const top = indexOf(script).inFunction.get('') ?? [];
  const exits = (indexOf(script).commands.get('exit') ?? []).filter(({ args }) => args.length > 0 && args[0] !== '0');
  const last = top.at(-1);
  return [...(last?.options.errexit ? errexitPlaces(script, top) : []), ...exits.map(({ place }) => place), ...finalPlaces(script, last)];
}

function errexitPlaces(script: Script, top: readonly Command[]): Place[] {
  const sets = top.filter(({ name, args }) => name === 'set' && args.some((arg) => /^-\w*e\w*$/.test(arg) || arg === 'errexit'));
  const { source } = script;
  return sets.length > 0 ? sets.map(({ place }) => place) : [{ source, start: 0, end: source.lines(1).length }];
}

/** Follows the last command into the functions that it calls. */
function finalPlaces(script: Script, top: Command | undefined): Place[] {
  const places: Place[] = [];
  const seen = new Set<string>();
  let last = top;
  while (last && callsOf(script, last.name).length > 0 && !seen.has(last.name)) {
    seen.add(last.name);
    const body: readonly Command[] = indexOf(script).inFunction.get(last.name) ?? [];
    for (const { name, args, place } of body) if (name === 'return' && args.length > 0 && args[0] !== '0') places.push(place);
    last = body.at(-1);
  }
  return last && !ENDS_WITH_ZERO.has(last.name) && !PRINTS.has(last.name) && !seen.has(last.name) ? [...places, last.place] : places;
}

const ENDS_WITH_ZERO = new Set(['exit', 'return', 'true', ':']);
