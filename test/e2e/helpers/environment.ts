import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What scripts/test.mjs --e2e has put in place: absolute paths of files. */
export interface E2eEnvironment {
  /** The Node that code-server asks for; not the one that runs the tests. */
  readonly node: string;
  /** The script that starts code-server. */
  readonly codeServer: string;
  readonly chromium: string;
  /** The packaged extension under test. */
  readonly vsix: string;
}

/** Reads BACKSTITCH_E2E. Throws, naming the command to use instead, when it is absent or incomplete. */
export function parseE2eEnvironment(text: string | undefined): E2eEnvironment {
  const parsed: unknown = text === undefined ? undefined : JSON.parse(text);
  const field = (name: keyof E2eEnvironment): string => {
    const value =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
    if (typeof value === 'string') return value;
    throw new Error(
      `BACKSTITCH_E2E names no ${name}. Run the end-to-end tests with ` +
        '"npm run test:e2e -- test/e2e/<name>.test.ts", which installs what they need.',
    );
  };
  return {
    node: field('node'),
    codeServer: field('codeServer'),
    chromium: field('chromium'),
    vsix: field('vsix'),
  };
}

let made: string | undefined;

/** The folder for screenshots and logs, outside the checkout: $BACKSTITCH_ARTIFACTS or a new one. */
export function artifactsFolder(): string {
  const named = process.env.BACKSTITCH_ARTIFACTS;
  if (named) {
    mkdirSync(named, { recursive: true });
    return named;
  }
  made ??= mkdtempSync(join(tmpdir(), 'backstitch-artifacts-'));
  return made;
}
