import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnknownOutcomeRule } from '../../simulator/config/config.ts';
import { outcomePolicyFor } from '../../simulator/config/route-policy.ts';

const rules: readonly UnknownOutcomeRule[] = [
  { method: 'POST', url: 'https://payment.example/refunds/*', policy: 'ask' },
  { method: '*', url: 'https://payment.example/*', policy: 'fail' },
];

test('the first rule that matches method and URL decides', () => {
  assert.equal(outcomePolicyFor(rules, 'POST', 'https://payment.example/refunds/7'), 'ask');
  assert.equal(outcomePolicyFor(rules, 'PUT', 'https://payment.example/refunds/7'), 'fail');
  assert.equal(outcomePolicyFor(rules, 'POST', 'https://payment.example/'), 'fail');
});

test('the method of a request matches in any case', () => {
  assert.equal(outcomePolicyFor(rules, 'post', 'https://payment.example/refunds/7'), 'ask');
});

test('a request that no rule matches is retried', () => {
  assert.equal(outcomePolicyFor(rules, 'POST', 'https://mail.example/refunds/7'), 'retry');
  assert.equal(outcomePolicyFor([], 'POST', 'https://payment.example/'), 'retry');
});

test('a dot in a pattern stands for itself', () => {
  assert.equal(outcomePolicyFor(rules, 'GET', 'https://paymentXexample/'), 'retry');
});
