import { ModuleError } from './module-error.ts';
import type { CoreModule, Finding, ModuleInfo } from './module-info.ts';

/** Why each feature is refused, and what to do next. */
const REFUSALS: { readonly [feature in Finding['feature']]: { why: string; next: string } } = {
  threads: {
    why: 'threads and shared memory are not deterministic',
    next: 'Build without threads: for wasm32-wasip1 instead of wasm32-wasip1-threads, without -pthread.',
  },
  'relaxed-simd': {
    why: 'the results of relaxed SIMD differ between processors',
    next: 'Build without -mrelaxed-simd (Rust: without +relaxed-simd); plain SIMD is fine.',
  },
  gc: {
    why: 'garbage-collected types are not supported',
    next: 'Build for a target that keeps its data in linear memory.',
  },
  'object-file': {
    why: 'only linked programs can run',
    next: 'Link it into a program, without -c, -r or -shared.',
  },
};

/** Throws ModuleError for a module that the engine refuses, naming what it has and where. */
export function checkModule(info: ModuleInfo): asserts info is CoreModule {
  if (info.kind === 'component') {
    throw new ModuleError(
      'component',
      'the file is a WebAssembly component, and here a core module is needed',
      0,
      'Take a core module, such as one that is built for wasm32-wasip1.',
    );
  }
  const [finding] = info.findings;
  if (finding === undefined) return;
  const { why, next } = REFUSALS[finding.feature];
  const place = finding.functionIndex === undefined ? '' : ` in function ${finding.functionIndex}`;
  const what = `the module ${finding.what}${place}, but ${why}`;
  throw new ModuleError(finding.feature, what, finding.offset, next);
}
