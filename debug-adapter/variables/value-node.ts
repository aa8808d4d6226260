/** Values of a program as nodes of the Variables view. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { NamedValue, Value } from '../../simulator/guest/symbols/index.ts';
import type { VariableNode } from './variable-node.ts';

const ROLE_HINTS: Record<
  NonNullable<NamedValue['role']>,
  DebugProtocol.VariablePresentationHint
> = {
  base: { kind: 'baseClass' },
  static: { kind: 'property', attributes: ['static'] },
  virtual: { kind: 'virtual' },
};

export function valueNode(name: string, value: Value, role?: NamedValue['role']): VariableNode {
  const { address, typeName, evaluateName, indexedCount } = value;
  return {
    name,
    value: value.text,
    shows: value,
    type: typeName,
    children: value.hasChildren ? () => value.named().map(namedNode) : undefined,
    indexed: indexedCount > 0 ? indexedCount : undefined,
    expression: evaluateName,
    elements: (start, count) => value.indexed(start, count).map(namedNode),
    ...(address === undefined ? {} : { address }),
    ...(role === undefined ? {} : { hint: ROLE_HINTS[role] }),
  };
}

function namedNode({ name, value, role }: NamedValue): VariableNode {
  return valueNode(name, value, role);
}
