#!/usr/bin/env node
import { start } from './start.ts';

// Imported after the look at Node's version, and not above.
await start(async () => ({ ...(await import('./program.ts')), ...(await import('./host.ts')) }));
