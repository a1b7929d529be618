import { Source } from '../checkout/source.ts';
import { answerAll } from '../checks/answer.ts';
import type { Verdict } from '../checks/verdict.ts';
import { Inventory } from '../manifest/inventory.ts';
import { findAll, ruleOf } from '../rules/find.ts';
import { sentence } from '../rules/sentence.ts';
import { parseStory } from '../story/parse.ts';
import { compileStory } from './compile.ts';

/** For tests: the verdict of each claim's own words, by its id. `story` is Markdown, `files` are texts by path. */
export function verdictsOf(story: string, files: Readonly<Record<string, string>>, path = 'story.md'): Map<string, Verdict> {
  const source = new Source(path, story);
  const sources = Object.entries(files).map(([path, text]) => new Source(path, text));
  const inventory = new Inventory([...Object.keys(files), source.path], [...sources, source]);
  const findings = findAll(inventory);
  const readings = compileStory(parseStory([source]), inventory);
  return new Map(
    readings.map(({ claim, checks }) => [
      claim.id,
      answerAll(checks, { inventory, findings, claimed: claim.place, say: ({ rule, args }) => sentence(ruleOf(rule)?.says ?? rule, args) }),
    ]),
  );
}

/** For tests: the verdict of one ticked box. */
export function verdictOf(claim: string, files: Readonly<Record<string, string>>): Verdict {
  return verdictsOf(`# Story\n\n## Tasks / Subtasks\n\n- [x] ${claim}\n`, files).values().next().value!;
}

/** What it cites, as `path:line`. */
export const citedBy = ({ evidence }: Verdict): string[] => evidence.map((each) => ('path' in each ? `${each.path}:${each.lines[0]}` : each.object));
