/** Reads just enough of a `backstitch.json` to list its workflows, also while it is being typed. */
import { type Node, parseTree } from 'jsonc-parser';

export interface WorkflowEntry {
  readonly name: string;
  /** The line of its key, counting from 0. */
  readonly line: number;
  readonly column: number;
  /** The path of its source or module, as written; undefined while there is none. */
  readonly program: string | undefined;
  /** True when a command builds its module, so that its sources are not known. */
  readonly built: boolean;
}

const TEXT_LENGTH_MAX = 4 * 1024 * 1024;
const ENTRIES_MAX = 1000;

/** The workflows of a configuration in their order; what cannot be read is left out. */
export function workflowEntries(text: string): readonly WorkflowEntry[] {
  if (text.length > TEXT_LENGTH_MAX) return [];
  const workflows = member(parse(text), 'workflows');
  if (workflows?.type !== 'object') return [];
  return (workflows.children ?? []).slice(0, ENTRIES_MAX).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (key === undefined || typeof key.value !== 'string' || value?.type !== 'object') return [];
    const before = text.slice(0, key.offset);
    return {
      name: key.value,
      line: before.split('\n').length - 1,
      column: key.offset - (before.lastIndexOf('\n') + 1),
      program: stringOf(member(value, 'source')) ?? stringOf(member(value, 'module')),
      built: member(value, 'build') !== undefined,
    };
  });
}

function parse(text: string): Node | undefined {
  try {
    return parseTree(text, [], { allowTrailingComma: true });
  } catch {
    // The parser recurses: a text of nothing but brackets is too deep for it, and no configuration.
    return undefined;
  }
}

function member(node: Node | undefined, name: string): Node | undefined {
  const property = node?.children?.find(({ children }) => children?.[0]?.value === name);
  return node?.type === 'object' ? property?.children?.[1] : undefined;
}

function stringOf(node: Node | undefined): string | undefined {
  return typeof node?.value === 'string' ? node.value : undefined;
}
