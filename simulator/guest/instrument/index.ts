/** Time travel in WebAssembly: probes at statements, stops that show the whole stack. */
export { type InstrumentedModule, instrumentModule } from './instrument-module.ts';
export { instrumentProgram } from './instrument-program.ts';
export type { LinkedInstance } from './linked-instance.ts';
export type { ModuleProbes } from './module-probes.ts';
export { CHECK_IN_INTERVAL, type InstrumentOptions } from './options.ts';
export { entryOffsets, instructionOffsets, stopOffset } from './probe-offsets.ts';
export {
  type AppointmentHit,
  type LookHit,
  type ProbeHit,
  ProbeSession,
  type ProbeSettings,
  type ReturnHit,
  type StoreHit,
} from './probe-session.ts';
export type { SiteKind } from './site.ts';
export type {
  DumpedFrame,
  FrameValues,
  InstanceState,
  StackDump,
  WasmNumber,
  WasmValue,
} from './stack-dump.ts';
export { StackTrail } from './stack-trail.ts';
