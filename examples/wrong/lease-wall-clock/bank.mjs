// Pays accounts, and knows which are due. A request with a fencing token is refused once one with a
// larger token has come; one without is always carried out.

export const state = { due: ['A-1', 'A-2', 'A-3', 'A-4', 'A-5'], largestToken: 0, isDone: {} };

export function handle(request, { state, key, note }) {
  if (state.isDone[key]) return { status: 200, body: 'paid already' };
  const token = request.headers['fencing-token'];
  if (token !== undefined) {
    if (Number(token) < state.largestToken) return { status: 412, body: 'an old lease' };
    state.largestToken = Number(token);
  }
  if (request.method === 'GET') return { body: state.due.join(' ') };
  state.due = state.due.filter((account) => account !== request.body);
  state.isDone[key] = true;
  note(`paid ${request.body}`);
  return { status: 201, body: 'paid' };
}
