// The list of who has paid for which month.

export const state = { fees: {} };

export function handle(request, { state }) {
  if (request.method !== 'PUT') return { status: 405 };
  state.fees[request.path] = request.json();
  return { status: 200, json: state.fees[request.path] };
}
