/**
 * Parts of paths that tell a library or runtime from the user's own code, in `/` form. Each row
 * names the toolchain that leaves it in debug information.
 */
const RUNTIME_PATHS: readonly (readonly [toolchain: string, path: RegExp])[] = [
  ['wasi-sdk and its libc', /\/wasi-(libc|sdk|sysroot)[^/]*\//],
  ['wasi-libc, built anywhere', /\/libc-(top|bottom)-half\//],
  ['headers of a sysroot', /\/include\/(c\+\+|wasm32-wasi[^/]*)\//],
  ['headers of clang itself', /\/lib\/clang\/[^/]+\/include\//],
  ['system headers', /^\/usr\/(local\/)?include\//],
  ['runtimes of LLVM', /\/(llvm-project|compiler-rt|libcxx|libcxxabi|libunwind)\//],
  ['emscripten', /\/emscripten\/system\//],
  ['the standard library of Rust', /^\/rustc\/[0-9a-f]+\/|\/rustlib\/src\/rust\/library\//],
  ['the crates in the standard library of Rust', /^\/rust\/deps\//],
  ['crates', /\/\.cargo\/(registry|git)\/|\/cargo\/registry\/src\//],
  ['Zig', /\/zig[^/]*\/(lib\/)?(std|compiler_rt|libc)\/|\/lib\/zig\//],
  ['Go', /\/go[^/]*\/src\/(runtime|internal|syscall|sync|os|io|fmt|net|time)\/|\/go\/pkg\/mod\//],
  ['TinyGo', /\/tinygo[^/]*\/(src|lib)\//],
  ['AssemblyScript', /^~lib\//],
  ['Swift', /\/swift(-[^/]*)?\/(stdlib|Sources)\//],
  ['our own bindings for HTTP', /(^|\/)backstitch\.(h|rs|go|ts|zig)$/],
  ['installed packages', /\/node_modules\//],
];

/** Whether a source file belongs to a library or runtime that came with a toolchain. */
export function isRuntimeFile(path: string): boolean {
  const unixPath = path.replaceAll('\\', '/');
  return RUNTIME_PATHS.some(([, pattern]) => pattern.test(unixPath));
}
