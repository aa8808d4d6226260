import { matchesGlob } from '../kernel/glob.ts';
import type { UnknownOutcomePolicy, UnknownOutcomeRule } from './config.ts';

/**
 * The policy for a request whose outcome is unknown: that of the first rule that matches its
 * method and URL, else `retry`.
 */
export function outcomePolicyFor(
  rules: readonly UnknownOutcomeRule[],
  method: string,
  url: string,
): UnknownOutcomePolicy {
  const capitals = method.toUpperCase();
  for (const rule of rules) {
    if (rule.method !== '*' && rule.method !== capitals) continue;
    if (matchesGlob(rule.url, url)) return rule.policy;
  }
  return 'retry';
}
