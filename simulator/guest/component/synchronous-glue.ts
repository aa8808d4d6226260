/**
 * Takes the tasks of asynchronous components out of the transpiler's JavaScript. A component of
 * WASI 0.2 calls and is called synchronously, one call at a time, and yet the glue makes a task, a
 * subtask and a waitable of each call, and their classes anew for each instance: half of what a
 * request to a small handler costs. Coders of text are made once, too, as they keep nothing.
 *
 * G1  Calls, their results, what is written into memories and what is thrown are those of the
 *     source as it was.
 * G2  A source that is not wholly of the known shape stays as it is.
 */
import { splitStatements } from './js-statements.ts';
import { SYNCHRONOUS_CALLS, TASK_METHODS } from './synchronous-calls.ts';

/** Where the library of the glue ends and what it makes of the component begins. */
const COMPONENT_PART = /^const module0 = getCoreModule\(/m;
/** The library begins after this line. */
const FIRST_LINE = /^export function instantiate\(.*\{\n/m;

/** Says what becomes of a call, and that twice: for an import that waits, and for one that does not. */
const LOWERED_IMPORT =
  /^ *let (trampoline\d+) = (_trampoline\d+)\.manuallyAsync \?([\s\S]*?)\n {2}\);$/gm;
const LOWERED_SYNCHRONOUSLY = [
  /\bisAsync: false,/g,
  /\bfuncTypeIsAsync: false,/g,
  /\bisManualAsync: _trampoline\d+\.manuallyAsync,/g,
] as const;
const NEVER_SUSPENDS = /Object\.assign\((.+), \{ _jcoMaySuspend: false \}\)/g;
/** Whether an instance may call its imports now; only what is refused below changes it. */
const INSTANCE_FLAGS =
  /^ *const (instanceFlags\d+) = new WebAssembly\.Global\(.*\);\n *INSTANCE_FLAGS\.set\(\d+, \1\);\n/m;

/** What shows that a call is more than a plain one. */
const REFUSED = [
  /\b(?:async|await|cstate|Suspending|_jcoMaySuspend|manuallyAsync)\b(?!: false)/,
  /\b(?:isAsync|isManualAsync|funcTypeIsAsync): (?!false\b)/,
  /\b(?:instanceFlags\d+|INSTANCE_FLAGS)\b/,
  /\bgetOrCreateAsyncState\(\d+\)(?!\.(?:markTrapped|throwIfTrapped)\()/,
  /\bCURRENT_TASK_MAY_BLOCK\b(?!\.value = )/,
] as const;
/** Names of imports, which may be anything. */
const QUOTED = /'[^'\n]*'/g;
const TASK_USE = /\b(?:task|parentTask|subtask)\.(\w+)/g;
/** What stands for the glue's state of an instance, and the part of its library that it needs. */
const NAME_TRAP = '_normalizeCoreTrap';
const STATE = 'getOrCreateAsyncState';
const OWN_STATE = `  const ${STATE} = synchronousState(${NAME_TRAP});\n`;

/** Keeps nothing from one use to the next. */
const TEXT_CODER = /^\s*const [\w$]+ = new Text(?:De|En)coder\([^()]*\);\s*$/;

const DECLARED = /^\s*(?:async )?(?:function|class|const|let|var) ([\w$]+)/;
const IDENTIFIER = /[\w$]+/g;

/** The source without tasks; as it was where it has another shape than that which is known. */
export function synchronousGlue(source: string): string {
  const head = FIRST_LINE.exec(source);
  const middle = COMPONENT_PART.exec(source);
  if (head === null || middle === null) return source;
  const libraryStart = head.index + head[0].length;
  const component = synchronousComponent(source.slice(middle.index));
  if (component === undefined) return source;
  const library = usedLibrary(source.slice(libraryStart, middle.index), component);
  if (library === undefined) return source;
  const shared = library.filter((statement) => TEXT_CODER.test(statement));
  const own = library.filter((statement) => !TEXT_CODER.test(statement));
  const start = source.slice(0, head.index) + shared.join('');
  return start + head[0] + own.join('') + OWN_STATE + component;
}

/** The component's own part with plain calls; undefined when it needs others. */
function synchronousComponent(text: string): string | undefined {
  let known = true;
  const component = text
    .replace(LOWERED_IMPORT, (_all, lowered: string, made: string, how: string) => {
      known &&= `_${lowered}` === made;
      // Each of them is said in both branches.
      known &&= LOWERED_SYNCHRONOUSLY.every((pattern) => how.match(pattern)?.length === 2);
      return `  const ${lowered} = ${made};`;
    })
    .replace(NEVER_SUSPENDS, '$1')
    .replace(INSTANCE_FLAGS, '');
  const code = component.replace(QUOTED, '');
  if (!known || REFUSED.some((pattern) => pattern.test(code))) return undefined;
  for (const [, method = ''] of code.matchAll(TASK_USE)) {
    if (!TASK_METHODS.has(method)) return undefined;
  }
  return component;
}

/** The statements of the library that are used; undefined when one of them is about tasks. */
function usedLibrary(text: string, component: string): readonly string[] | undefined {
  const statements = splitStatements(text);
  if (statements === undefined) return undefined;
  const declared = new Map<string, string>();
  for (const statement of statements) {
    const [, name] = DECLARED.exec(statement) ?? [];
    if (name !== undefined) declared.set(name, statement);
    else if (statement.trim() !== '') return undefined;
  }
  if (!declared.has(NAME_TRAP)) return undefined;
  for (const name of [STATE, ...SYNCHRONOUS_CALLS.keys()]) declared.delete(name);
  const used = new Set<string>();
  const texts = [component, OWN_STATE];
  for (let next = texts.pop(); next !== undefined; next = texts.pop()) {
    for (const [name] of next.matchAll(IDENTIFIER)) {
      const statement = declared.get(name);
      if (statement === undefined || used.has(statement)) continue;
      used.add(statement);
      texts.push(statement);
    }
  }
  const kept = statements.filter((statement) => used.has(statement));
  return kept.some(isAboutTasks) ? undefined : kept;
}

function isAboutTasks(statement: string): boolean {
  if (/^\s*async\b/.test(statement)) return true;
  return (statement.match(IDENTIFIER) ?? []).some(
    (name) => name === STATE || SYNCHRONOUS_CALLS.has(name),
  );
}
