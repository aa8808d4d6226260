// Charges cards, once for each key.

export const state = { charges: {} };

export function handle(request, { state, key, note }) {
  const earlier = state.charges[key];
  if (earlier !== undefined) return { status: 200, json: earlier };
  const { customer, cents } = request.json();
  state.charges[key] = { customer, cents };
  note(`charged ${customer} ${cents} cents`);
  return { status: 201, json: state.charges[key] };
}
