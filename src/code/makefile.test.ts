import { expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { targetsOf } from './makefile.ts';

const TEXT = `NAME := web
URL ?= http://a:8080
.PHONY: deploy test

deploy: build test | tools # all of it
	@kubectl apply -f k8s/ \\
		-n $(NAME)
	-kubectl rollout status deploy/web
	# no command

test lint: ; npm test
%.o: %.c
	cc $<
define HELP
no: target
endef
debug: CFLAGS = -g
clean::
	rm -rf dist
`;

test('reads targets with what they need and run', () => {
  const targets = targetsOf(new Source('Makefile', TEXT));
  expect(targets.map(({ name, prerequisites, recipe, place }) => [name, prerequisites, recipe.map(({ text }) => text), lineOf(place)])).toEqual([
    ['deploy', ['build', 'test', 'tools'], ['kubectl apply -f k8s/ -n $(NAME)', 'kubectl rollout status deploy/web'], 5],
    ['test', [], ['npm test'], 11],
    ['lint', [], ['npm test'], 11],
    ['clean', [], ['rm -rf dist'], 18],
  ]);
  expect(lineOf(targets[0]!.recipe[1]!.place)).toBe(8);
});

test.each([`${'a '.repeat(400_000)}: b`, `a:\n${'\tx\\\n'.repeat(200_000)}`, 'a:\n'.repeat(300_000), `a: ${';'.repeat(900_000)}`])(
  '%#: reads a megabyte quickly',
  (text) => {
    const started = performance.now();
    targetsOf(new Source('Makefile', text));
    expect(performance.now() - started).toBeLessThan(3_000);
  },
);
