// A payment service that knows keys: the same key is the same charge.

export const state = { total: 0, count: 0, receiptOfKey: {} };

export function handle(request, { state, key, note }) {
  if (request.method === 'GET') return { status: 200, body: `${state.total} cents\n` };
  const cents = Number(request.body);
  if (!Number.isInteger(cents) || cents <= 0) {
    return { status: 422, body: 'send a whole number of cents\n' };
  }
  const earlier = state.receiptOfKey[key];
  if (earlier !== undefined) {
    note('the same charge again');
    return { status: 200, body: earlier };
  }
  state.total += cents;
  const receipt = `receipt ${++state.count}: ${cents} cents\n`;
  state.receiptOfKey[key] = receipt;
  return { status: 200, body: receipt };
}
