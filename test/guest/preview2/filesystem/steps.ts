/** Random sequences of file operations, said in the words of neither ABI. */
import fc from 'fast-check';

interface OpenStep {
  readonly kind: 'open';
  readonly slot: number;
  readonly path: string;
  readonly follow: boolean;
  readonly create: boolean;
  readonly directory: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly read: boolean;
  readonly write: boolean;
}

/** `slot` is an open file or directory; whoever plays takes it modulo how many there are. */
export type Step =
  | OpenStep
  | { readonly kind: 'close'; readonly slot: number }
  | { readonly kind: 'read'; readonly slot: number; readonly length: number; readonly at: number }
  | { readonly kind: 'write'; readonly slot: number; readonly text: string; readonly at: number }
  | { readonly kind: 'read on'; readonly slot: number; readonly length: number }
  | { readonly kind: 'write on'; readonly slot: number; readonly text: string }
  | { readonly kind: 'append'; readonly slot: number; readonly text: string }
  | { readonly kind: 'resize'; readonly slot: number; readonly size: number }
  | { readonly kind: 'list' | 'stat' | 'sync'; readonly slot: number }
  | { readonly kind: 'set times'; readonly slot: number; readonly seconds: number }
  | { readonly kind: PathVerb; readonly slot: number; readonly path: string }
  | {
      readonly kind: 'stat path' | 'set times of path';
      readonly slot: number;
      readonly path: string;
      readonly follow: boolean;
    }
  | { readonly kind: 'symlink'; readonly slot: number; readonly path: string; readonly to: string }
  | {
      readonly kind: 'rename' | 'link';
      readonly slot: number;
      readonly path: string;
      readonly follow: boolean;
      readonly toSlot: number;
      readonly toPath: string;
    };

export type PathVerb = 'make directory' | 'remove directory' | 'unlink' | 'read link';

const slot = fc.nat(5);
const name = fc.constantFrom('a', 'b', 'c');
const path = fc.oneof(
  { weight: 6, arbitrary: name },
  { weight: 4, arbitrary: fc.array(name, { minLength: 2, maxLength: 3 }).map((n) => n.join('/')) },
  { weight: 2, arbitrary: fc.constantFrom('.', '..', 'a/..', 'a/../b', 'a/', 'b/.', '../a') },
  { weight: 1, arbitrary: fc.constantFrom('', '/a', '/', 'a//b', 'x'.repeat(256), 'a\0', 'é') },
);
// An absolute target is where the two ABIs differ by design.
const target = path.filter((text) => !text.startsWith('/'));
const text = fc.string({ maxLength: 12 });
const flag = fc.boolean();
const rarely = fc.nat(4).map((number) => number === 0);
const at = fc.nat(20);

const open: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('open' as const),
  slot,
  path,
  follow: flag,
  create: flag,
  directory: rarely,
  exclusive: rarely,
  truncate: rarely,
  read: fc.nat(4).map((number) => number > 0),
  write: flag,
});

function kinds<const K extends string>(...names: K[]) {
  return fc.constantFrom(...names);
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: open },
  { weight: 1, arbitrary: fc.record({ kind: kinds('close'), slot }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('read'), slot, length: at, at }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('write'), slot, text, at }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('read on'), slot, length: at }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('write on'), slot, text }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('append'), slot, text }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('resize'), slot, size: at }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds('list', 'stat', 'sync'), slot }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('set times'), slot, seconds: at }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds('make directory'), slot, path }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: kinds('remove directory', 'unlink', 'read link'), slot, path }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kinds('stat path', 'set times of path'),
      slot,
      path,
      follow: flag,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kinds('symlink'), slot, path, to: target }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kinds('rename', 'link'),
      slot,
      path,
      follow: flag,
      toSlot: slot,
      toPath: path,
    }),
  },
);

const OPEN = { slot: 0, follow: false, exclusive: false, truncate: false, read: true };

/** From these files and directories on, much of what comes by chance succeeds. */
const FIRST: readonly Step[] = [
  { kind: 'make directory', slot: 0, path: 'a' },
  { kind: 'open', ...OPEN, path: 'a/b', create: true, directory: false, write: true },
  { kind: 'write', slot: 1, text: 'first', at: 0 },
  { kind: 'open', ...OPEN, path: 'a', create: false, directory: true, write: false },
  { kind: 'make directory', slot: 0, path: 'a/c' },
];

export const steps: fc.Arbitrary<Step[]> = fc
  .array(step, { minLength: 1, maxLength: 60 })
  .map((some) => [...FIRST, ...some]);

/** What a step came to: an error code, or what it showed. */
export type Outcome = { readonly error: string } | { readonly shown: unknown };
