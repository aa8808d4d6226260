/** Reading WebAssembly files: what a module has, whether it can run here, and its instructions. */
export type { ByteRange, FailureFactory } from './byte-reader.ts';
export { ByteReader } from './byte-reader.ts';
export { checkModule } from './check-module.ts';
export { type FunctionType, functionSignature } from './function-type.ts';
export { inspectModule } from './inspect-module.ts';
export { InstructionReader } from './instruction-reader.ts';
export {
  INSTRUCTIONS,
  type Instruction,
  type InstructionFeature,
  PREFIX,
  prefixedOpcode,
  type Shape,
} from './instructions.ts';
export { type LimitedModule, limitMemory } from './limit-memory.ts';
export type { Limits } from './limits.ts';
export { ModuleError, type ModuleErrorCode } from './module-error.ts';
export type {
  Component,
  CoreModule,
  Export,
  ExternalKind,
  Finding,
  FunctionBodies,
  GlobalType,
  Import,
  ModuleInfo,
  TableType,
} from './module-info.ts';
export { functionAt, functionBody } from './module-info.ts';
export { type ModuleNames, readNames } from './name-section.ts';
export { isComponent } from './recognise.ts';
export { findCustomSection, readSections, type Section } from './section.ts';
export type { ValueType } from './value-type.ts';
