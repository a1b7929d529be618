/** One thing that a claim states, to be read by itself. */
export interface Clause {
  readonly text: string;
  /** it is said of a running system: "When the manifests are applied, Then ..." */
  readonly happens: boolean;
}

const STEP = /(?:^|[\s,;.])(Given|When|Then|And|But|GIVEN|WHEN|THEN|AND|BUT)(?=[\s,:])/g;
/** Events after which a system runs; looking at files is none. */
const EVENT =
  /\b(?:appl(?:y|ied)|deploy(?:s|ed)?|install(?:s|ed)?|start(?:s|ed)?|run(?:s|ning)?|scal(?:e|es|ed)|kill(?:s|ed)?|restart(?:s|ed)?|crash(?:es|ed)?|fails?|deleted?|sen[dt]s?|request(?:s|ed)?|access(?:es|ed)?|calls?|called|quer(?:y|ies|ied)|hit|visit(?:s|ed)?|open(?:s|ed)?|browse[sd]?|curl|kubectl|connect(?:s|ed)?|receive[sd]?|exceeds?|increases?|decreases?|drops?|falls?|rises?|expires?|rotated?|scheduled|drain(?:s|ed)?|upgraded?|rolled|push(?:es|ed)?|merged?|triggered|executed?|monitor(?:s|ed)?|operational)\b/i;

/**
 * The statements of a claim. Of a Given/When/Then only what follows Then is claimed; a criterion with a list states each item,
 * a requirement of several sentences each of them.
 * @param markdown the claim with its line breaks
 */
export function clausesOf(text: string, markdown: string): Clause[] {
  const steps = stepsOf(text);
  if (steps.length > 0) {
    const then = steps.findIndex(({ word }) => word === 'Then');
    if (then >= 0) {
      const happens = steps.slice(0, then).some((step) => step.word === 'When' && EVENT.test(step.text));
      return steps
        .slice(then)
        .map((step) => ({ text: trimmed(step.text), happens }))
        .filter((clause) => clause.text !== '');
    }
    if (steps.length > 1 && steps[0]!.word === 'And') return steps.map((step) => ({ text: trimmed(step.text), happens: false }));
    if (steps.length === 1 && steps[0]!.at === 0 && steps[0]!.word !== 'Given' && steps[0]!.word !== 'When')
      return [{ text: trimmed(steps[0]!.text), happens: false }];
  }
  const sentences = /\.\s/.test(text) ? text.split(/(?<=[\w)"'`\]])\.\s+(?=[A-Z])/) : [text];
  if (sentences.length > 1 && sentences.every((sentence) => /\b(?:shall|must)\b/i.test(sentence)))
    return sentences.map((sentence) => ({ text: sentence.replace(/\.$/, ''), happens: false }));
  const [head, ...items] = markdown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (head !== undefined && items.length > 1 && /:\s*$/.test(head.replaceAll('*', ''))) {
    const colonless = head.replace(/[:*\s]+$/g, '');
    return items.map((item) => ({ text: `${plain(item)}`, happens: EVENT.test(colonless) && /\bwhen\b/i.test(colonless) }));
  }
  return [{ text, happens: false }];
}

const plain = (line: string): string => line.replace(/\*\*|`/g, '').trim();
const trimmed = (text: string): string => text.replace(/^[\s,;:.—–-]+|[\s,;]+$/g, '');

function stepsOf(text: string): { word: string; text: string; at: number }[] {
  if (!/^(?:Given|When|Then|And|But|Scenario|GIVEN|WHEN|THEN|AND)\b/.test(text)) return [];
  const marks = Array.from(text.matchAll(STEP), (match) => ({
    word: match[1]![0]! + match[1]!.slice(1).toLowerCase(),
    start: match.index + match[0].length - match[1]!.length,
  }));
  return marks.map(({ word, start }, index) => ({ word, at: start, text: text.slice(start + word.length, marks[index + 1]?.start ?? text.length) }));
}
