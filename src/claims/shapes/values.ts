import type { Check, Expected } from '../../checks/check.ts';
import type { Inventory } from '../../manifest/inventory.ts';
import { get, type Node } from '../../manifest/yaml.ts';
import { type Context, fragmentOf } from '../context.ts';
import type { Shape } from '../shape.ts';

/** `tls.enabled`, `image.pullPolicy: Always`, `metrics.enabled=false`: a path below a chart's values, and what it is set to. */
const PATH =
  /(?<![\w./$@-])((?:\.Values\.)?[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)+)(?![\w/@-]|\.\w|\()(?:["'`]?\s*(?::\s+|=|\s+(?:defaults?\s+to|(?:is\s+)?set\s+to|of)\s+)["'`]?((?:\d+(?:\.\d+)?(?:[A-Za-z%]\w*)?|true|false|[A-Za-z][\w.:/-]*\w)(?![\w/])|"")["'`]?)?/;

const FILE = /\.(?:ya?ml|json|md|sh|py|[cm]?[jt]sx?|go|rs|java|tpl|txt|toml|conf|io|com|org|net|dev|local|example|xml|properties|env|service|sql|html|css)$/;

/** A chart's values by their paths: that they are there, what they are by default, and that a template asks for them. */
export const chartValues: Shape = (sentence, context) => {
  const charts = valuesOf(context);
  if (charts.length === 0 || !sentence.text.includes('.')) return [];
  // a test or a script that names a value does something with it
  const isOfChart = (path: string) => context.inventory.unrendered.some((chart) => path.startsWith(chart === '.' ? '' : `${chart}/`));
  if (context.own.files.some((path) => !isOfChart(path)) || (context.own.files.length === 0 && !sentence.has(/\b(?:values?|helm|charts?)\b/i))) return [];
  const templates = context.own.files.filter((path) => /(?:^|\/)templates\//.test(path));
  const named = sentence.takeWhere(PATH, ([, path]) => !FILE.test(path!) && charts.some(({ node }) => isBelow(node, keysOf(path!))));
  const checks = named.map(({ index, 1: path, 2: value }): Check => {
    const keys = keysOf(path!);
    const before = sentence.text.slice(0, index);
    if (templates.length > 0) return asksFor(templates, keys);
    // "when tls.enabled=true" says what happens then, not what is set
    if (/\b(?:when|if|where|while|unless|without|not|no)\s+(?:\w+\s+){0,2}["'`]?$/i.test(before))
      return { is: 'unread', aside: false, says: `what happens when ${keys.join('.')} is set was not read` };
    return anyChart(charts, keys, value?.replace(/^""$/, ''));
  });
  if (checks.length > 0)
    sentence.takeAll(
      /\b(?:conditional(?:ly)?|gated|guarded|controlled|helm|charts?|values?(?:\.ya?ml)?|support(?:s|ed)?|defaults?|options?|parameters?|keys?|enabled|only|when|if|on|by)\b(?=[^.]*$)/i,
    );
  return checks;
};

interface Values {
  readonly path: string;
  readonly node: Node;
}

/** The values files that a claim can mean: those it names, else those of the chart that it names, else the only chart's. */
function valuesOf({ inventory, own, parent }: Context): readonly Values[] {
  const all = valuesFiles(inventory);
  if (all.length <= 1) return all;
  for (const files of [own.files, parent.files]) {
    const named = all.filter(({ path }) => files.includes(path));
    if (named.length > 0) return named;
    const around = all.filter(({ path }) => files.some((file) => file.startsWith(path.slice(0, path.lastIndexOf('/') + 1))));
    if (around.length > 0) return around;
  }
  return all.filter(({ path }) => /(?:^|\/)values\.ya?ml$/.test(path) && !/(?:^|\/)charts\/[^/]+\/values\.ya?ml$/.test(path)).slice(0, 2).length === 1
    ? all.filter(({ path }) => /(?:^|\/)values\.ya?ml$/.test(path))
    : [];
}

const known = new WeakMap<Inventory, readonly Values[]>();

function valuesFiles(inventory: Inventory): readonly Values[] {
  let files = known.get(inventory);
  if (!files) {
    files = inventory.unrendered.flatMap((chart) => {
      const folder = chart === '.' ? '' : `${chart}/`;
      return Array.from(inventory.otherYaml.keys())
        .filter((path) => path.startsWith(folder) && /^values[\w.-]*\.ya?ml$/.test(path.slice(folder.length)))
        .flatMap((path) => {
          const node = inventory.documentsOf(path)[0];
          return node ? [{ path, node }] : [];
        });
    });
    known.set(inventory, files);
  }
  return files;
}

const keysOf = (path: string): readonly string[] => path.replace(/^\.Values\./, '').split('.');

/** Whether the path, or its first step, leads somewhere: other words with dots between them are no values. */
const isBelow = (node: Node, keys: readonly string[]): boolean => get(node, ...keys) !== undefined || get(node, keys[0]!)?.is === 'map';

function anyChart(charts: readonly Values[], keys: readonly string[], value: string | undefined): Check {
  const wanted: Expected =
    value === undefined ? {} : value === 'true' || value === 'false' ? value === 'true' : /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  const fragment = keys.toReversed().reduce<Expected>((inner, key) => ({ [key]: inner }), wanted);
  const says = (path: string) => `${path} has ${keys.join('.')}${value === undefined ? '' : `: ${value}`}`;
  const of = charts.map(({ path }) => fragmentOf(says(path), [{ path, document: 0 }], fragment));
  return of.length === 1 ? of[0]! : { is: 'any', says: says('a chart'), of };
}

const asksFor = (templates: readonly string[], keys: readonly string[]): Check => ({
  is: 'says',
  in: 'text',
  says: `${templates.join(', ')} asks for .Values.${keys.join('.')}`,
  paths: templates,
  about: [],
  items: [[`.Values.${keys.join('.')}`]],
  most: [],
  weak: true,
});
