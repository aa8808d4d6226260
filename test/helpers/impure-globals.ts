import { transform } from 'esbuild';

// What the simulator must be handed by its host: time, chance, waiting, the machine, the network, the screen.
const IMPURE = [
  'Buffer',
  'Date',
  'Math.random',
  'console',
  'crypto',
  'document',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'window',
];

// Arithmetic on a date that is handed in depends on nothing outside.
const PURE_USES = [/\bnew IMPURE_Date\((?!\))/g, /\bIMPURE_Date\.(UTC|parse)\b/g];

/**
 * The names of the global things that `source` (TypeScript) reaches for. The bundler replaces only free
 * names, so that a local variable or a property of the same name is not mistaken for the global.
 */
export async function impureGlobals(source: string): Promise<string[]> {
  const { code } = await transform(source, {
    loader: 'ts',
    target: 'es2022',
    define: Object.fromEntries(
      IMPURE.flatMap((name) => [
        [name, placeholder(name)],
        [`globalThis.${name}`, placeholder(name)],
      ]),
    ),
  });
  const left = PURE_USES.reduce((text, use) => text.replaceAll(use, ''), code);
  return IMPURE.filter((name) => new RegExp(`\\b${placeholder(name)}\\b`).test(left));
}

function placeholder(name: string): string {
  return `IMPURE_${name.replace('.', '_')}`;
}
