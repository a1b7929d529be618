import { styleText } from 'node:util';
import type { Look } from './formats.ts';

type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** Puts ANSI colours around text, or does not. */
export const painter =
  ({ colour }: Look) =>
  (style: Colour | readonly Colour[], text: string): string =>
    colour ? styleText([style].flat(), text, { validateStream: false }) : text;

export type Paint = ReturnType<typeof painter>;
