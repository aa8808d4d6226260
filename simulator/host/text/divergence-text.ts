/** Where a replay parted from the recording, with both sides. */
import type { StackFrameView, VerifyResult } from '../protocol.ts';
import { countText } from './bytes-text.ts';
import { stackText } from './stack-text.ts';

export type Divergence = Extract<VerifyResult, { readonly kind: 'diverged' }>;

/** Several lines, without one at the end. */
export function divergenceText(divergence: Divergence): string {
  const { message, replayed, recordedStack, askedStack } = divergence;
  const agreed =
    replayed === 0
      ? 'It is the first effect.'
      : `${countText(replayed, 'effect')} before it: the same.`;
  return [
    message,
    agreed,
    side('The recording was made here:', recordedStack),
    side('The program is here now:', askedStack),
  ].join('\n');
}

function side(title: string, stack: readonly StackFrameView[]): string {
  if (stack.length === 0) return `${title} no stack is known`;
  return `${title}\n${stackText(stack, { indent: '    ', userOnly: true })}`;
}
