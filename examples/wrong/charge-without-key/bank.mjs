// A bank that has not heard of the Idempotency-Key header: each request is a debit of its own,
// unless it names the `reference` of an earlier one.

export const state = { debits: [] };

export function handle(request, { state, note }) {
  if (request.method !== 'POST' || request.path !== '/debits') return { status: 404 };
  const { account, cents, reference } = request.json();
  const earlier = state.debits.find((each) => reference && each.reference === reference);
  if (earlier !== undefined) {
    note(`${reference} is done already`);
    return { status: 200, json: earlier };
  }
  const debit = { id: `d_${state.debits.length + 1}`, account, cents, reference };
  state.debits.push(debit);
  note(`debited ${account} by ${cents} cents`);
  return { status: 201, json: debit };
}
