import type { Check } from '../../checks/check.ts';
import { type Artefact, artefactOf, type Sort } from '../artefact.ts';
import type { Context } from '../context.ts';
import { Sentence } from '../sentence.ts';
import { composeChecks } from './compose.ts';
import { dockerfileChecks } from './dockerfile.ts';
import { files } from './files.ts';
import { runOf } from './runs.ts';
import { testChecks } from './tests.ts';
import { workflowChecks } from './workflow.ts';

const SHAPES: Readonly<Record<Sort, (sentence: Sentence, context: Context, artefact: Artefact) => readonly Check[]>> = {
  dockerfile: dockerfileChecks,
  compose: composeChecks,
  workflow: workflowChecks,
  test: testChecks,
};

/** What a sentence states of a Dockerfile, a compose file, a workflow or a test; undefined when it is about something else, or about a run of it. */
export function artefactChecks(text: string, context: Context, happens: boolean): { sentence: Sentence; checks: readonly Check[] } | undefined {
  const artefact = artefactOf(text, context);
  if (!artefact || (happens && artefact.sort !== 'workflow')) return undefined;
  const shape = SHAPES[artefact.sort];
  const run = runOf(text);
  if (run && !run.maybe && !isStep(text, artefact)) return undefined;
  if (/^(?:delete|remove|drop)[sd]?\s+(?:the\s+)?\S+\.\w+\b/i.test(text) && artefact.named.length > 0) return undefined;
  const sentence = new Sentence(text);
  const made = artefact.named.flatMap((path): Check[] => {
    const at = text.indexOf(path);
    sentence.mark(at, at + path.length);
    const isMade = /^(?:create|add|write|implement|provide)\w*\s+(?:[\w-]+\s+){0,3}$/i.test(text.slice(0, at));
    return isMade ? [{ is: 'file', path, exists: true, says: `${path} is there`, essential: true }] : [];
  });
  const checks = shape(sentence, context, artefact);
  if (checks.length === 0) return undefined;
  if (run?.maybe && sentence.leftOver().hard.length + sentence.leftOver().soft.length > 2) return undefined;
  // what a reviewer says in many words is mostly about what was wrong
  const rest = files(sentence, context);
  const { hard, soft } = sentence.leftOver();
  // such sentences are lists of features: what is left of them is one that was not understood
  const missed: Check[] =
    hard.length === 0 && (soft.length > Math.max(1, 0.12 * sentence.weight) || (soft.length > 0 && leavesOne(sentence)))
      ? [{ is: 'unread', aside: false, says: `no check was found for: ${soft.slice(0, 8).join(' ')}` }]
      : [];
  const weak = context.claim.kind === 'follow-up' && text.split(/\s+/).length > 16;
  return {
    sentence,
    checks: [...made, ...rest, ...checks, ...missed].map((check) => (weak && !check.essential ? { ...check, weak: true as const } : check)),
  };
}

/** Whether one of several listed features was not understood: `with appendonly + health check`. */
function leavesOne({ text, open }: Sentence): boolean {
  const from = /\bwith\b|:/.exec(text);
  if (!from || !/[+,&]|\band\b/.test(text.slice(from.index))) return false;
  let at = from.index + from[0].length;
  for (const item of text.slice(at).split(/([+,&;]|\band\b)/)) {
    const own = open.slice(at, at + item.length);
    at += item.length;
    if (/^\s*[a-z]+\s*$/.test(item) && own === item && item.trim().length > 3) return true;
  }
  return false;
}

/** What looks like something to be run, and states what is in a file: "Run npm ci" among the steps of a Dockerfile, "Test: ..." after the file with the tests. */
function isStep(text: string, { sort, inherited, named }: Artefact): boolean {
  const acts =
    /^(?:verify|test|check|confirm|validate|run|start|stop|build|rebuild|restart|launch|execute|deploy|trigger|push|observe|monitor|wait|ensure|docker|podman)\b/i.test(
      text,
    );
  const states = /^(?:build[\s-]?arg(?:ument)?s?|restart(?:\s+policy)?|triggers?|builds?)\s*[:=]|^restart\s+policy\b/i.test(text);
  switch (sort) {
    case 'dockerfile':
      return (
        states ||
        (inherited && /^(?:runs?\s+(?!the\b|container|image|docker\b|podman\b)|installs?\s)/i.test(text)) ||
        /^(?:stage\s+\d|cmd|entrypoint)\b/i.test(text)
      );
    case 'test':
      return /^tests?\s*:|^(?:add|write|create|implement)/i.test(text) || named.some((path) => text.startsWith(path));
    case 'workflow':
      return states || (!acts && (!inherited || /\bjobs?\s*[:—–-]|\bruns? via\b/.test(text)));
    case 'compose':
      return states || (!acts && !/\bdocker(?:-|\s)compose\s+(?:up|down|build|run|exec|ps|logs|config)\b/i.test(text));
  }
}
