/** From bytes of code to names and source lines, through DWARF and the name section. */
export { DebugInfoError } from './debug-info-error.ts';
export { DebugSections } from './debug-sections.ts';
export { demangle } from './demangle.ts';
export { FunctionNames } from './function-names.ts';
export { type DebugStatus, LineTable, type SourceLine } from './line-table.ts';
export { type LocatedProgram, ProgramLocator } from './program-locator.ts';
export { isRuntimeFile } from './runtime-file.ts';
export { isUserFrame, type SourceFrame, SourceLocator, userFrame } from './source-locator.ts';
export { isAbsolutePath, joinPath, type SourceFile } from './source-path.ts';
export { readFrames, scriptTag, type WasmFrame } from './wasm-frame.ts';
