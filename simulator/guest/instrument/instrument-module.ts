import { nameSection } from '../component/tag-module.ts';
import {
  ByteReader,
  type CoreModule,
  checkModule,
  findCustomSection,
  type Section,
} from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import { HEADER_BYTES, SECTION_ORDER, type SectionName } from '../wasm/section.ts';
import { appendedExports, type Entries } from './appended-exports.ts';
import { AppendedGlobals } from './appended-globals.ts';
import { AppendedTypes } from './appended-types.ts';
import { BodyRewriter, copyCode } from './body-rewriter.ts';
import type { Build } from './build.ts';
import { CallGraph, HAS } from './call-graph.ts';
import { CodeWriter } from './code-writer.ts';
import { HOOK_COUNT } from './hooks.ts';
import { MovedCode } from './moved-code.ts';
import { OPERAND_SLOTS, type ReadableOperands } from './operand-stack.ts';
import type { InstrumentOptions } from './options.ts';
import { readTags } from './read-tags.ts';

/** A module with probes, and what is known of them. */
export interface InstrumentedModule {
  readonly bytes: Uint8Array;
  /** Where the probes are, in order: code offsets in the module as it was built. */
  readonly probes: Uint32Array;
  /** The functions that hold probes. */
  readonly probedFunctions: ReadonlySet<number>;
  /** What a dump holds of the operand stack, by site. */
  readonly operands: ReadonlyMap<number, ReadableOperands>;
  /** Where its code is now, in builds that keep that. */
  readonly moved: MovedCode | undefined;
}

/** Rewritten code is about this much larger. */
const GROWTH = 1.5;

/** All but the start section, in the order in which a module must have them. */
const SECTIONS = SECTION_ORDER.filter(([, kind]) => kind !== 'start');
const CODE_ID = 10;
const FUNCREF = 0x70;
const HAS_MAXIMUM = 1;

/**
 * Puts probes into a module, and what unwinds its stack at a stop.
 *
 * Nothing of the module is renumbered: what is added goes to the ends of its index spaces. Its
 * start function becomes an export, to be called when the host is ready. Custom sections are left
 * out, since they describe the code as it was, but for the names.
 * Throws ModuleError for what cannot be rewritten.
 *
 * @param info what `inspectModule` says of `bytes`
 * @param tag what stack frames are to call the module, whose own names are left out then
 */
export function instrumentModule(
  bytes: Uint8Array,
  info: CoreModule,
  options: InstrumentOptions,
  tag?: string,
): InstrumentedModule {
  const refused = info.findings.filter(({ feature }) => feature === 'gc' || feature === 'threads');
  checkModule({ ...info, findings: refused });
  const build = makeBuild(bytes, info, options);
  const codeLength = info.code === undefined ? 0 : info.code.end - info.code.start;
  const code = new CodeWriter(Math.ceil(codeLength * GROWTH));
  const rewriter = writeBodies(build, code);
  const probedFunctions = new Set<number>();
  build.probed.forEach((probed, index) => {
    if (probed === 1) probedFunctions.add(index);
  });
  const { bytes: written, codeStart } = assemble(build, code, tag);
  return {
    bytes: written,
    probes: Uint32Array.from(rewriter.probes),
    probedFunctions,
    operands: build.operands,
    moved: build.moved?.shifted(codeStart),
  };
}

function makeBuild(bytes: Uint8Array, info: CoreModule, options: InstrumentOptions): Build {
  const graph = new CallGraph(bytes, info);
  const probed = probedFunctions(info, options.probes);
  const looked = new Uint8Array(probed.length);
  for (const index of options.instructions ?? []) looked[index] = 1;
  const broken = probedFunctions(info, options.breakpoints ?? []);
  const roots = probed.map((each, index) => each | (looked[index] ?? 0) | (broken[index] ?? 0));
  roots.fill(1, 0, info.functionsImported);
  const throwing = new Uint8Array(roots.length);
  graph.features.forEach((features, index) => {
    if (options.watch === true && (features & HAS.store) !== 0) roots[index] = 1;
    if ((features & HAS.throw) !== 0) throwing[index] = 1;
  });
  const stops = graph.reaching(roots);
  return {
    bytes,
    info,
    options,
    graph,
    probed,
    looked,
    stops,
    callers: graph.callersOf(stops),
    throws: graph.catches ? graph.reaching(throwing) : throwing.fill(0),
    tags: readTags(bytes, info),
    types: new AppendedTypes(info),
    globals: new AppendedGlobals(info, options.operands === true ? OPERAND_SLOTS : 0),
    operands: new Map(),
    moved: options.moved === true ? new MovedCode() : undefined,
    hookTable: info.tables.length,
  };
}

/** 1 for every function with an offset in it. */
function probedFunctions(info: CoreModule, offsets: ArrayLike<number>): Uint8Array {
  const probed = new Uint8Array(info.functionTypes.length);
  const start = info.code?.start ?? 0;
  const { heads, ends } = info.bodies;
  let body = 0;
  for (let index = 0; index < offsets.length; index++) {
    const at = (offsets[index] as number) + start;
    while (body < ends.length && (ends[body] as number) <= at) body++;
    if (body === ends.length) break;
    if (at >= (heads[body] as number)) probed[info.functionsImported + body] = 1;
  }
  return probed;
}

/** Writes the bodies of all functions; those that cannot stop are copied. */
function writeBodies(build: Build, out: CodeWriter): BodyRewriter {
  const { info, stops } = build;
  const { heads, ends } = info.bodies;
  const rewriter = new BodyRewriter(build, out);
  let copied = heads[0] ?? 0;
  for (let body = 0; body < heads.length; body++) {
    const functionIndex = info.functionsImported + body;
    if (stops[functionIndex] !== 1) continue;
    copyCode(build, out, copied, heads[body] as number);
    rewriter.rewrite(functionIndex);
    copied = ends[body] as number;
  }
  copyCode(build, out, copied, ends.at(-1) ?? copied);
  return rewriter;
}

/** The whole module, and where its functions begin in it. */
function assemble(
  build: Build,
  code: CodeWriter,
  tag: string | undefined,
): { readonly bytes: Uint8Array; readonly codeStart: number } {
  const { bytes, info, types, globals } = build;
  const out = new CodeWriter(bytes.length + code.length);
  out.copy(bytes, 0, HEADER_BYTES);
  const added: { readonly [kind in SectionName]?: Entries } = {
    type: types,
    table: { bytes: hookTable(), count: 1 },
    global: globals,
    export: appendedExports(build),
  };
  let codeStart = 0;
  for (const [id, kind] of SECTIONS) {
    const section = info.sections.find((each) => each.kind === kind);
    if (kind === 'code') codeStart = writeCode(out, info, code);
    else writeSection(out, bytes, id, section, added[kind]);
  }
  const names = findCustomSection(info.sections, 'name');
  if (tag !== undefined) out.all([...nameSection(tag)]);
  else if (names !== undefined) out.copy(bytes, names.header, names.payload.end);
  return { bytes: out.bytes.slice(), codeStart };
}

/** Writes a section with more entries at its end; nothing when there would be none. */
function writeSection(
  out: CodeWriter,
  bytes: Uint8Array,
  id: number,
  section: Section | undefined,
  added: Entries | undefined,
): void {
  if (added === undefined) {
    if (section !== undefined) out.copy(bytes, section.header, section.payload.end);
    return;
  }
  out.byte(id);
  const mark = out.reserveSize();
  if (section === undefined) out.unsigned(added.count);
  else {
    const reader = new ByteReader(bytes, section.payload, malformedModule);
    out.unsigned(reader.leb32(`the number of items in the ${section.kind} section`) + added.count);
    out.copy(bytes, reader.offset, section.payload.end);
  }
  out.copy(added.bytes, 0, added.bytes.length);
  out.fillSize(mark);
}

/** Gives where the first function begins. */
function writeCode(out: CodeWriter, { bodies }: CoreModule, code: CodeWriter): number {
  if (bodies.heads.length === 0) return 0;
  out.byte(CODE_ID);
  const mark = out.reserveSize();
  out.unsigned(bodies.heads.length);
  const start = out.length;
  out.copy(code.bytes, 0, code.length);
  out.fillSize(mark);
  return start;
}

/** An entry of a table section. */
function hookTable(): Uint8Array {
  const writer = new CodeWriter(16);
  writer.byte(FUNCREF);
  writer.byte(HAS_MAXIMUM);
  writer.unsigned(HOOK_COUNT);
  writer.unsigned(HOOK_COUNT);
  return writer.bytes;
}
