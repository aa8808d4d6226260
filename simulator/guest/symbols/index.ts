/** From bytes of code to names, source lines and variables, through DWARF and the name section. */
export { DebugInfo, type LogicalFrame, type Variable } from './debug-info.ts';
export { DebugInfoError } from './debug-info-error.ts';
export { DebugSections } from './debug-sections.ts';
export { demangle } from './demangle.ts';
export type { FrameState, WasmValue } from './frame-state.ts';
export { FunctionNames } from './function-names.ts';
export { type DebugStatus, LineTable, type SourceLine } from './line-table.ts';
export { type LocatedProgram, ProgramLocator } from './program-locator.ts';
export { isRuntimeFile } from './runtime-file.ts';
export { sourceFiles } from './source-files.ts';
export { isUserFrame, type SourceFrame, SourceLocator, userFrame } from './source-locator.ts';
export { isAbsolutePath, joinPath, type SourceFile } from './source-path.ts';
export { statementOffsets } from './statements.ts';
export type { ValueKind } from './values/presentation.ts';
export type { NamedValue, Value } from './values/value.ts';
export type { ValueWrite } from './values/write-value.ts';
export { readFrames, scriptTag, type WasmFrame } from './wasm-frame.ts';
